import type { Ports } from '../ports/ports.ts';
import { VERSION } from '../version.ts';
import { type Cluster, openCluster } from './cluster.ts';
import type { Command, Context, Given } from './command.ts';
import { flagOf } from './command.ts';
import { COMMANDS } from './commands.ts';
import type { Disk } from './disk.ts';
import { CliError, explain, USAGE_CODE } from './failure.ts';
import { readFlags } from './flags.ts';
import { helpOf, overview } from './help.ts';
import { paint, type Terminal } from './terminal.ts';

/** What the command line has of the outside world. */
export interface CliPorts extends Pick<Ports, 'clock' | 'random' | 'transport' | 'env'> {
  terminal: Terminal;
  disk: Disk;
  signal: AbortSignal;
}

/** Runs one command line (`argv` without the program). Resolves to the exit code; whatever fails is said on standard error. */
export async function runCli(argv: readonly string[], ports: CliPorts): Promise<number> {
  const { terminal } = ports;
  let cluster: Promise<Cluster> | undefined;
  try {
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
    const context: Context = {
      ...ports,
      cluster: () => {
        cluster ??= openCluster({ ...ports, files: ports.disk, ...placeOf(given) });
        return cluster;
      },
    };
    return await command.command.run(context, given);
  } catch (error) {
    const text = explain(error);
    terminal.err(`${paint(terminal, 'bad', 'error:')} ${text ?? ((error as Error).stack || String(error))}\n`);
    return error instanceof CliError ? error.code : 1;
  } finally {
    await cluster?.then(
      (open) => open.close(),
      () => {},
    );
  }
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
  const at = argv[0] === 'help' ? 1 : nameAt(argv);
  const name = argv[at];
  if (name === undefined) throw new CliError('name a command; kubectl sync --help lists them', USAGE_CODE);
  const command = COMMANDS.find((one) => one.name === name);
  if (!command) {
    const alike = COMMANDS.filter((one) => one.name.startsWith(name[0]!)).map((one) => one.name);
    const hint = alike.length > 0 ? `; is it ${alike.join(', ')}?` : '';
    throw new CliError(`there is no command "${name}"${hint} (kubectl sync --help lists them)`, USAGE_CODE);
  }
  return argv[0] === 'help' ? helpOf(command) : { command, rest: argv.filter((_, index) => index !== at) };
}

const WITH_VALUE = /^(-n|--namespace|--kubeconfig|--context)$/;

function nameAt(argv: readonly string[]): number {
  let at = 0;
  while (at < argv.length && argv[at]!.startsWith('-')) at += WITH_VALUE.test(argv[at]!) ? 2 : 1;
  return at;
}
