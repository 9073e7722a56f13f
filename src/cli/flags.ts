import { parseArgs } from 'node:util';
import { type Command, type Flag, type Given, GLOBAL_FLAGS } from './command.ts';
import { CliError } from './failure.ts';

/** Reads what stands behind the name of a command. Throws CliError that names the flag and says what it takes. */
export function readFlags(command: Command, argv: readonly string[]): Given {
  const flags: Record<string, Flag> = { ...GLOBAL_FLAGS, ...command.flags };
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { value, short, many }]) => [
      name,
      {
        type: value === undefined ? ('boolean' as const) : ('string' as const),
        ...(short !== undefined && { short }),
        ...(many && { multiple: true }),
      },
    ]),
  );
  const { values, positionals } = parse(command, argv, options);
  for (const [name, { choices }] of Object.entries(flags)) {
    const value = values[name];
    if (choices && typeof value === 'string' && !choices.includes(value)) {
      throw new CliError(`--${name}: "${value}" is none of ${choices.join(', ')}`);
    }
  }
  return { args: positionals, flags: values };
}

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

function parse(command: Command, argv: readonly string[], options: Options) {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
    return { values: values as Given['flags'], positionals };
  } catch (error) {
    // The reasons of parseArgs are whole sentences that name the flag.
    throw new CliError(`${(error as Error).message.split(/\.\s|\n/)[0]}; see kubectl sync ${command.name} --help`);
  }
}

const WITH_VALUE: ReadonlySet<string> = new Set(
  Object.entries(GLOBAL_FLAGS).flatMap(([name, { value, short }]) => (value ? [`--${name}`, `-${short}`] : [])),
);

/** Where the name of the command stands: the flags that all commands share may come before it. */
export function commandAt(argv: readonly string[]): number {
  let at = 0;
  while (argv[at]?.startsWith('-')) at += WITH_VALUE.has(argv[at]!) ? 2 : 1;
  return at;
}
