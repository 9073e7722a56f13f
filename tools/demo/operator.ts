import { type ChildProcess, spawn } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

/** The controller, as a process of its own: what `npx sync-operator` runs, from source. */
export interface Operator {
  /** Resolves once /readyz says yes. */
  start(): Promise<void>;
  /** SIGKILL: no time to tidy up. */
  kill(): Promise<void>;
  /** SIGTERM; gives the exit code. */
  stop(): Promise<number | null>;
  /** What /metrics says. */
  metrics(): Promise<string>;
  /** Everything that it logged, of all its lives. */
  log(): string;
}

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const READY_WITHIN_MS = 30_000;

export async function createOperator(kubeconfig: string, namespace: string): Promise<Operator> {
  const [metrics, health] = [await freeAddress(), await freeAddress()];
  const flags = [
    ...['--kubeconfig', kubeconfig, '--namespaces', namespace, '--operator-namespace', namespace],
    ...['--metrics-address', metrics, '--health-address', health],
  ];
  const lines: string[] = [];
  let child: ChildProcess | undefined;
  const ended = (process: ChildProcess) =>
    new Promise<number | null>((resolve) => {
      if (process.exitCode !== null || process.signalCode !== null) resolve(process.exitCode);
      else process.once('exit', (code) => resolve(code));
    });
  const send = async (signal: 'SIGKILL' | 'SIGTERM') => {
    if (!child) return null;
    const leaving = child;
    child = undefined;
    leaving.kill(signal);
    return ended(leaving);
  };
  return {
    async start() {
      const started = spawn(process.execPath, [MAIN, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
      for (const stream of [started.stdout, started.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => lines.push(text));
      }
      child = started;
      const deadline = Date.now() + READY_WITHIN_MS;
      while (!(await isReady(`http://${health}/readyz`))) {
        if (started.exitCode !== null) throw new Error(`the controller ended at once:\n${lines.slice(-5).join('')}`);
        if (Date.now() > deadline) throw new Error('the controller did not become ready');
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    kill: async () => void (await send('SIGKILL')),
    stop: () => send('SIGTERM'),
    metrics: async () => (await fetch(`http://${metrics}/metrics`)).text(),
    log: () => lines.join(''),
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/** A port of loopback that was free a moment ago. */
function freeAddress(): Promise<string> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(`127.0.0.1:${port}`));
    });
  });
}
