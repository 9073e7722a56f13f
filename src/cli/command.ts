import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Transport } from '../ports/transport.ts';
import type { Cluster } from './cluster.ts';
import type { Disk } from './disk.ts';
import type { Terminal } from './terminal.ts';

/** One subcommand of `kubectl sync`: help, completion and docs/cli.md are made from the same value that runs. */
export interface Command {
  name: string;
  /** One line. */
  summary: string;
  /** What stands behind the name: `TYPE/NAME`, `FILE…`. */
  args: string;
  /** What the summary cannot say, in paragraphs. */
  description?: string;
  flags: Readonly<Record<string, Flag>>;
  examples: readonly { text: string; line: string }[];
  /** What the caller must be allowed to do in Kubernetes, as `get syncjobs`; shown in docs/cli.md. */
  needs: readonly string[];
  /** What its first argument can be, for completion. */
  completes?: 'object' | 'runnable' | 'server' | 'connection' | 'run';
  /** Resolves to the exit code: 0 done, 1 failed; a command may give others a meaning. Throws CliError for what a person can mend. */
  run(context: Context, given: Given): Promise<number>;
}

export interface Flag {
  /** What stands for the value; absent: a switch. */
  value?: string;
  short?: string;
  help: string;
  /** May be given several times. */
  many?: boolean;
  /** The only values that there are. */
  choices?: readonly string[];
}

/** What was typed: arguments, and flags by name. */
export interface Given {
  args: readonly string[];
  flags: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
}

/** What a command has of the outside world. */
export interface Context {
  terminal: Terminal;
  clock: Clock;
  random: Random;
  transport: Transport;
  disk: Disk;
  env: Readonly<Record<string, string | undefined>>;
  /** Connects to Kubernetes at the first call. Throws CliError when there is no cluster to talk to. */
  cluster(): Promise<Cluster>;
  /** Aborts at Ctrl-C. */
  signal: AbortSignal;
}

/** Of every command. */
export const GLOBAL_FLAGS: Readonly<Record<string, Flag>> = {
  namespace: { value: 'NAME', short: 'n', help: "the namespace (else the kubeconfig's)" },
  kubeconfig: { value: 'FILE', help: 'how to reach Kubernetes (else $KUBECONFIG or ~/.kube/config)' },
  context: { value: 'NAME', help: 'the context of the kubeconfig to use' },
  help: { short: 'h', help: 'this text' },
};

/** The value of a flag that takes one; undefined when it was not given. */
export function flagOf({ flags }: Given, name: string): string | undefined {
  const value = flags[name];
  return typeof value === 'string' ? value : undefined;
}

/** The values of a flag that may be given several times. */
export function flagsOf({ flags }: Given, name: string): readonly string[] {
  const value = flags[name];
  return Array.isArray(value) ? value : [];
}

export const isOn = ({ flags }: Given, name: string): boolean => flags[name] === true;

/** `-o table|json|yaml`, for commands that print data. */
export const OUTPUT: Flag = {
  value: 'FORMAT',
  short: 'o',
  help: 'table, json or yaml (table)',
  choices: ['table', 'json', 'yaml'],
};
