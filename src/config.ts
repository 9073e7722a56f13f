import { parseArgs } from 'node:util';
import { z } from 'zod';
import { parseAddress } from './observability/address.ts';

/** What the controller was told on its command line and in its environment. */
export interface Config {
  /** A file; absent: in-cluster, else the usual places. */
  kubeconfig?: string;
  /** Absent: all. */
  namespaces?: string[];
  /** Where the Lease and the HMAC key live. Absent: the kubeconfig's namespace. */
  operatorNamespace?: string;
  leaderElect: boolean;
  metricsAddress: string;
  healthAddress: string;
  logLevel: 'debug' | 'info' | 'warn' | 'error';
  logFormat: 'json' | 'pretty';
  /** Objects that get metrics of their own. */
  metricsMaxObjects: number;
}

/** The command line asked for this. */
export type Command = { command: 'run'; config: Config } | { command: 'help'; text: string } | { command: 'version' };

/** The configuration cannot be used; one line a problem, each with the flag or variable, what was seen, and the remedy. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

interface Flag {
  name: string;
  /** What stands for the value in the help; none: a switch. */
  value?: string;
  help: string;
  /** What a good value looks like, for errors. */
  good: string;
  schema: z.ZodType;
}

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const address = z.string().refine((text) => parseAddress(text) !== undefined);
const addressForm = 'host:port, :port for all interfaces, or 0 for none';
const namespace = z.string().regex(label);
const namespaces = z
  .string()
  .transform((text) => [...new Set(text.split(',').map((name) => name.trim()))])
  .pipe(z.array(namespace));
const onOff = z.enum(['true', 'false']).transform((text) => text === 'true');

const flags: Readonly<Record<keyof Config, Flag>> = {
  kubeconfig: {
    name: 'kubeconfig',
    value: 'FILE',
    help: 'how to reach Kubernetes (else in-cluster, else $KUBECONFIG or ~/.kube/config)',
    good: 'the path of a file',
    schema: z.string().optional(),
  },
  namespaces: {
    name: 'namespaces',
    value: 'a,b',
    help: 'the namespaces to serve (else all)',
    good: 'names of namespaces with commas between them',
    schema: namespaces.optional(),
  },
  operatorNamespace: {
    name: 'operator-namespace',
    value: 'NAME',
    help: "where the operator keeps its Lease and its key (else $POD_NAMESPACE, else the kubeconfig's)",
    good: 'the name of a namespace',
    schema: namespace.optional(),
  },
  leaderElect: {
    name: 'leader-elect',
    help: 'write only while holding the Lease; for more than one replica',
    good: 'true or false',
    schema: onOff.default(false),
  },
  metricsAddress: {
    name: 'metrics-address',
    value: 'ADDRESS',
    help: `where /metrics is served: ${addressForm} (127.0.0.1:8080)`,
    good: addressForm,
    schema: address.default('127.0.0.1:8080'),
  },
  healthAddress: {
    name: 'health-address',
    value: 'ADDRESS',
    help: 'where /healthz and /readyz are served (127.0.0.1:8081)',
    good: addressForm,
    schema: address.default('127.0.0.1:8081'),
  },
  logLevel: {
    name: 'log-level',
    value: 'LEVEL',
    help: 'debug, info, warn or error (info)',
    good: 'debug, info, warn or error',
    schema: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  },
  logFormat: {
    name: 'log-format',
    value: 'FORMAT',
    help: 'json or pretty (json)',
    good: 'json or pretty',
    schema: z.enum(['json', 'pretty']).default('json'),
  },
  metricsMaxObjects: {
    name: 'metrics-max-objects',
    value: 'N',
    help: 'how many jobs and pipelines get metrics of their own; the rest is counted as dropped (2000)',
    good: 'a whole number from 0 to 1000000',
    schema: z
      .string()
      .regex(/^\d{1,7}$/)
      .transform(Number)
      .pipe(z.number().max(1_000_000))
      .default(2_000),
  },
};

/**
 * Reads flags (`argv` without the program) and the environment; a flag wins over its variable, an empty variable counts as
 * absent. Throws ConfigError with every problem found.
 */
export function readConfig(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Command {
  const given = parseFlags(argv);
  if (given.help) return { command: 'help', text: help() };
  if (given.version) return { command: 'version' };
  const problems: string[] = [];
  const entries = Object.entries(flags).map(([key, flag]) => {
    const { source, seen } = find(flag, given, env);
    const result = flag.schema.safeParse(seen);
    if (!result.success) problems.push(`${source}: "${seen}" cannot be used; give ${flag.good}`);
    return [key, result.data] as const;
  });
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return {
    command: 'run',
    config: Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as unknown as Config,
  };
}

type Given = Record<string, string | boolean | undefined>;

function parseFlags(argv: readonly string[]): Given {
  const options = Object.fromEntries(
    Object.values(flags).map(({ name, value }) => [name, { type: value ? ('string' as const) : ('boolean' as const) }]),
  );
  try {
    const { values } = parseArgs({
      args: argv.map(asSwitch),
      options: { ...options, help: { type: 'boolean', short: 'h' }, version: { type: 'boolean' } },
      allowNegative: true,
    });
    return values;
  } catch (error) {
    // The reasons of parseArgs are whole sentences that name the flag.
    throw new ConfigError(`${(error as Error).message.split('\n')[0]}; --help lists what there is`);
  }
}

/** `--leader-elect=false`, as Go programs have it, in the words of parseArgs. */
function asSwitch(arg: string): string {
  const match = /^--([\w-]+)=(true|false)$/.exec(arg);
  const known = match && Object.values(flags).some(({ name, value }) => name === match[1] && !value);
  return known ? `--${match[2] === 'false' ? 'no-' : ''}${match[1]}` : arg;
}

function find({ name }: Flag, given: Given, env: Readonly<Record<string, string | undefined>>) {
  const flag = given[name];
  if (flag !== undefined) return { source: `--${name}`, seen: String(flag) };
  const variable = variableOf(name);
  const places = name === 'operator-namespace' ? [variable, 'POD_NAMESPACE'] : [variable];
  const source = places.find((place) => env[place]) ?? variable;
  return { source, seen: env[source] || undefined };
}

const variableOf = (name: string) => `SYNC_OPERATOR_${name.toUpperCase().replaceAll('-', '_')}`;

function help(): string {
  const rows = Object.values(flags).map(({ name, value, help }): [string, string] => [
    `--${name}${value ? ` ${value}` : ''}`,
    `${help}\n${variableOf(name)}`,
  ]);
  rows.push(['-h, --help', 'this text'], ['--version', 'the version']);
  const width = Math.max(...rows.map(([left]) => left.length)) + 4;
  const lines = rows.map(
    ([left, right]) => `  ${left.padEnd(width)}${right.replace('\n', `\n  ${' '.repeat(width)}`)}`,
  );
  return `${['Usage: sync-operator [flags]', '', 'Keeps CData Sync in line with manifests. Each flag has its environment variable.', '', ...lines].join('\n')}\n`;
}
