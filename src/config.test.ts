import { expect, test } from 'vitest';
import { type Config, ConfigError, readConfig } from './config.ts';

const defaults: Config = {
  leaderElect: false,
  metricsAddress: '127.0.0.1:8080',
  healthAddress: '127.0.0.1:8081',
  logLevel: 'info',
  logFormat: 'json',
  metricsMaxObjects: 2_000,
};

function config(argv: string[], env: Record<string, string> = {}): Config {
  const read = readConfig(argv, env);
  if (read.command !== 'run') throw new Error(`read as ${read.command}`);
  return read.config;
}

function problems(argv: string[], env: Record<string, string> = {}): string[] {
  try {
    readConfig(argv, env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message.split('\n');
  }
  return [];
}

test('without flags the defaults of the documentation hold', () => {
  expect(config([])).toEqual(defaults);
});

const everyFlag: [keyof Config, string, string, unknown][] = [
  ['kubeconfig', 'kubeconfig', '/etc/kube/config', '/etc/kube/config'],
  ['namespaces', 'namespaces', 'a, b,a', ['a', 'b']],
  ['operatorNamespace', 'operator-namespace', 'sync-system', 'sync-system'],
  ['leaderElect', 'leader-elect', 'true', true],
  ['metricsAddress', 'metrics-address', ':9090', ':9090'],
  ['healthAddress', 'health-address', '[::1]:9091', '[::1]:9091'],
  ['logLevel', 'log-level', 'debug', 'debug'],
  ['logFormat', 'log-format', 'pretty', 'pretty'],
  ['metricsMaxObjects', 'metrics-max-objects', '0', 0],
];

test.each(everyFlag)('%s is read from its flag and from its variable', (key, flag, text, expected) => {
  const variable = `SYNC_OPERATOR_${flag.toUpperCase().replaceAll('-', '_')}`;
  expect(config([`--${flag}=${text}`])).toEqual({ ...defaults, [key]: expected });
  expect(config([], { [variable]: text })).toEqual({ ...defaults, [key]: expected });
  const { text: help } = readConfig(['--help'], {}) as { text: string };
  expect(help).toContain(`--${flag}`);
  expect(help).toContain(variable);
});

test('a flag wins over its variable, and an empty variable counts as absent', () => {
  expect(config(['--log-level', 'warn'], { SYNC_OPERATOR_LOG_LEVEL: 'debug' }).logLevel).toBe('warn');
  expect(config(['--no-leader-elect'], { SYNC_OPERATOR_LEADER_ELECT: 'true' }).leaderElect).toBe(false);
  expect(config(['--leader-elect=false'], { SYNC_OPERATOR_LEADER_ELECT: 'true' }).leaderElect).toBe(false);
  expect(config(['--leader-elect']).leaderElect).toBe(true);
  expect(config([], { SYNC_OPERATOR_NAMESPACES: '' })).toEqual(defaults);
});

test('the operator namespace may come from the pod', () => {
  expect(config([], { POD_NAMESPACE: 'pod' }).operatorNamespace).toBe('pod');
  expect(config([], { POD_NAMESPACE: 'pod', SYNC_OPERATOR_OPERATOR_NAMESPACE: 'own' }).operatorNamespace).toBe('own');
  expect(problems([], { POD_NAMESPACE: 'Not/One' })).toEqual([
    'POD_NAMESPACE: "Not/One" cannot be used; give the name of a namespace',
  ]);
});

test('variables that Kubernetes makes for a service of that name do no harm', () => {
  expect(config([], { SYNC_OPERATOR_PORT: 'tcp://10.0.0.1:8080', SYNC_OPERATOR_SERVICE_HOST: '10.0.0.1' })).toEqual(
    defaults,
  );
});

test('every problem is told at once: where it stands, what was seen, what would do', () => {
  expect(problems(['--log-level', 'loud', '--namespaces', 'A,b'], { SYNC_OPERATOR_LEADER_ELECT: 'yes' })).toEqual([
    '--namespaces: "A,b" cannot be used; give names of namespaces with commas between them',
    'SYNC_OPERATOR_LEADER_ELECT: "yes" cannot be used; give true or false',
    '--log-level: "loud" cannot be used; give debug, info, warn or error',
  ]);
});

test.each([
  [['--metrics-address', '8080'], '--metrics-address: "8080" cannot be used'],
  [['--metrics-address', 'host:70000'], '--metrics-address: "host:70000" cannot be used'],
  [['--metrics-max-objects', '1.5'], '--metrics-max-objects: "1.5" cannot be used'],
  [['--metrics-max-objects', '9999999'], '--metrics-max-objects: "9999999" cannot be used'],
  [['--namespaces='], '--namespaces: "" cannot be used'],
  [['--nonsense'], "Unknown option '--nonsense'"],
  [['--kubeconfig'], "Option '--kubeconfig <value>' argument missing"],
  [['start'], "Unexpected argument 'start'"],
])('%j is refused', (argv, start) => {
  const [first, ...more] = problems(argv);
  expect(first?.startsWith(start), first).toBe(true);
  expect(more).toEqual([]);
});

test('help and version come before anything else', () => {
  expect(readConfig(['-h', '--log-level', 'loud'], {}).command).toBe('help');
  expect(readConfig(['--version'], {})).toEqual({ command: 'version' });
});
