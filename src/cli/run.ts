import { nearest } from '../kinds/job/nearest.ts';
import { sleep } from '../ports/clock.ts';
import type { Ports } from '../ports/ports.ts';
import { VERSION } from '../version.ts';
import { type Cluster, openCluster } from './cluster.ts';
import type { Command, Context, Given } from './command.ts';
import { flagOf } from './command.ts';
import { COMMANDS } from './commands.ts';
import { complete } from './complete/complete.ts';
import type { Disk } from './disk.ts';
import { CliError, explain, INTERRUPTED } from './failure.ts';
import { commandAt, readFlags } from './flags.ts';
import { helpOf, overview } from './help.ts';
import { paint, type Terminal } from './terminal.ts';

/** What the command line has of the outside world. */
export interface CliPorts extends Pick<Ports, 'clock' | 'random' | 'transport' | 'env'> {
  terminal: Terminal;
  disk: Disk;
  signal: AbortSignal;
}

const LAST_WORDS_MS = 1_000;

/** Asks for completions of the words behind it; shells call it, people do not. */
export const COMPLETE = '__complete';

/** Runs one command line (`argv` without the program). Resolves to the exit code; whatever fails is said on standard error. */
export async function runCli(argv: readonly string[], ports: CliPorts): Promise<number> {
  const { terminal } = ports;
  let cluster: Promise<Cluster> | undefined;
  const connect = (given: Given) => () => {
    cluster ??= openCluster({ ...ports, files: ports.disk, ...placeOf(given) });
    return cluster;
  };
  try {
    if (argv[0] === COMPLETE) {
      const words = argv.slice(1);
      return await complete(COMMANDS, words, { ...ports, cluster: connect(placesIn(words)) });
    }
    const command = commandOf(argv);
    if (typeof command === 'string') {
      terminal.out(command);
      return 0;
    }
    const given = readFlags(command.command, command.rest);
    if (given.flags.help === true) {
      terminal.out(helpOf(command.command));
      return 0;
    }
    const context: Context = { ...ports, cluster: connect(given) };
    return await Promise.race([command.command.run(context, given), interrupted(ports)]);
  } catch (error) {
    const text = explain(error);
    terminal.err(`${paint(terminal, 'bad', 'error:')} ${text ?? ((error as Error).stack || String(error))}\n`);
    return error instanceof CliError ? error.code : 1;
  } finally {
    // After Ctrl-C nothing that is under way is waited for.
    if (!ports.signal.aborted) await cluster?.then((open) => open.close()).catch(() => {});
  }
}

/** A command that waits says what it leaves behind and ends by itself; one that does not is not waited for. */
async function interrupted({ signal, clock }: CliPorts): Promise<number> {
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await sleep(clock, LAST_WORDS_MS);
  return INTERRUPTED;
}

/** The global flags among words that are not a whole command line yet. */
function placesIn(words: readonly string[]): Given {
  const after = (...names: string[]) => words[words.findIndex((word) => names.includes(word)) + 1 || words.length];
  const flags = {
    namespace: after('-n', '--namespace'),
    kubeconfig: after('--kubeconfig'),
    context: after('--context'),
  };
  return { args: [], flags };
}

function placeOf(given: Given) {
  return {
    namespace: flagOf(given, 'namespace'),
    kubeconfig: flagOf(given, 'kubeconfig'),
    context: flagOf(given, 'context'),
  };
}

/** The command that is meant and what stands behind its name, or a text that answers by itself. */
function commandOf(argv: readonly string[]): { command: Command; rest: string[] } | string {
  if (argv.length === 0 || (argv.length === 1 && ['--help', '-h', 'help'].includes(argv[0]!)))
    return overview(COMMANDS);
  if (argv[0] === '--version') return `${VERSION}\n`;
  // kubectl hands over whatever stands behind `sync`: the flags that all commands share may come first.
  const at = argv[0] === 'help' ? 1 : commandAt(argv);
  const name = argv[at];
  if (name === undefined) throw new CliError('name a command; kubectl sync --help lists them');
  const command = COMMANDS.find((one) => one.name === name);
  if (!command) {
    const alike = nearest(
      name,
      COMMANDS.map((one) => one.name),
    );
    const hint = alike.length > 0 ? `; is it ${alike.join(' or ')}?` : '';
    throw new CliError(`there is no command "${name}"${hint} (kubectl sync --help lists them)`);
  }
  return argv[0] === 'help' ? helpOf(command) : { command, rest: argv.filter((_, index) => index !== at) };
}
