import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

/** A program that was started; its output goes to a file. */
export interface Child {
  pid: number;
  /** Undefined while it runs. */
  exit(): { code: number | null; signal: NodeJS.Signals | null } | undefined;
  /** Resolves when it has ended. */
  ended: Promise<void>;
  /** The signal to this process alone. */
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL after ten seconds. */
  stop(): Promise<void>;
  /** All that it has printed. */
  output(): string;
}

const STOP_MS = 10_000;

/** Starts a program. It is killed when this process ends. */
export function startChild(
  program: string,
  args: readonly string[],
  { log, env = process.env }: { log: string; env?: NodeJS.ProcessEnv },
): Child {
  const file = openSync(log, 'a');
  const child = spawn(program, args, { stdio: ['ignore', file, file], env });
  closeSync(file);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const onExit = () => void child.kill('SIGKILL');
  // Two API servers have more children than Node takes for a leak.
  process.setMaxListeners(Math.max(process.getMaxListeners(), process.listenerCount('exit') + 1));
  process.once('exit', onExit);
  void ended.then(() => process.off('exit', onExit));
  return {
    pid: child.pid ?? -1,
    ended,
    exit: () => exitOf(child),
    kill: (signal) => void child.kill(signal),
    output: () => readFileSync(log, 'utf8'),
    async stop() {
      if (exitOf(child)) return;
      child.kill('SIGTERM');
      // A process that is stopped sees no SIGTERM.
      child.kill('SIGCONT');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

function exitOf({ exitCode, signalCode, pid }: ChildProcess) {
  if (pid === undefined) return { code: 127, signal: null };
  return exitCode === null && signalCode === null ? undefined : { code: exitCode, signal: signalCode };
}

/** Tries until it resolves to true. Fails, with the end of its output, when the process ends first or the time is over. */
export async function whenReady(child: Child, what: string, ready: () => Promise<boolean>, limitMs = 120_000) {
  const until = Date.now() + limitMs;
  for (;;) {
    if (await ready().catch(() => false)) return;
    const end = child.exit();
    if (end || Date.now() > until) {
      const why = end ? `ended with ${end.code ?? end.signal}` : `is not ready after ${limitMs / 1000} s`;
      throw new Error(`${what} ${why}:\n${child.output().slice(-3_000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
