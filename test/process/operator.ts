import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, startChild } from '../real/child.ts';
import { freePorts } from '../real/ports.ts';

/** The built controller in a process of its own. */
export interface Operator extends Child {
  name: string;
  /** What /readyz answers; 0: nothing. */
  readyz(): Promise<number>;
  /** The log, line by line. */
  log(): { msg?: string; [field: string]: unknown }[];
}

export interface OperatorOptions {
  folder: string;
  name: string;
  kubeconfig: string;
  namespace: string;
  leaderElect?: boolean;
  /** Its wall clock is off by this many milliseconds. */
  skewMs?: number;
}

const BUNDLE = new URL('../../dist/main.js', import.meta.url).pathname;
let starts = 0;

export async function startOperator(options: OperatorOptions): Promise<Operator> {
  const { folder, name, kubeconfig, namespace, leaderElect = false, skewMs = 0 } = options;
  const [port] = await freePorts(1);
  const log = join(folder, `operator-${name}-${++starts}.log`);
  const flags = {
    kubeconfig,
    namespaces: namespace,
    'operator-namespace': namespace,
    'metrics-address': '0',
    'health-address': `127.0.0.1:${port}`,
    'log-level': 'debug',
  };
  const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
  const skew = skewMs === 0 ? [] : ['--import', skewed(skewMs)];
  const command = [...skew, BUNDLE, ...args, ...(leaderElect ? ['--leader-elect'] : [])];
  const child = startChild(process.execPath, command, { log });
  return {
    ...child,
    name,
    readyz: async () => {
      try {
        return (await fetch(`http://127.0.0.1:${port}/readyz`)).status;
      } catch {
        return 0;
      }
    },
    log: () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line)),
  };
}

/** A module that sets the wall clock of its process forward or back; timers and the monotonic clock go on as they do. */
function skewed(ms: number): string {
  const code = `const now = Date.now; const Plain = Date;
Date.now = () => now() + ${ms};
globalThis.Date = class extends Plain { constructor(...args) { if (args.length) super(...args); else super(Date.now()); } };`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
