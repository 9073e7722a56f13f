import { type Command, type Flag, GLOBAL_FLAGS } from './command.ts';

/** What `kubectl sync` alone prints. */
export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  return [
    'kubectl sync: plan, run, see and take over what sync-operator keeps in CData Sync.',
    '',
    'Usage: kubectl sync COMMAND [flags]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`),
    '',
    'kubectl sync COMMAND --help tells more of each; kubectl sync --version the version.',
    '',
  ].join('\n');
}

/** The help of one command. */
export function helpOf({ name, summary, args, description, flags, examples }: Command): string {
  return [
    `${summary}${/[.!]$/.test(summary) ? '' : '.'}`,
    '',
    `Usage: kubectl sync ${[name, args, '[flags]'].filter(Boolean).join(' ')}`,
    '',
    ...(description ? [description, ''] : []),
    ...flagLines({ ...flags, ...GLOBAL_FLAGS }),
    '',
    'Examples:',
    ...examples.flatMap(({ text, line }) => [`  # ${text}`, `  ${line}`]),
    '',
  ].join('\n');
}

/** `-n, --namespace NAME`, as help and documentation show a flag. */
export function flagForm(name: string, { value, short }: Flag): string {
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
}

function flagLines(flags: Readonly<Record<string, Flag>>): string[] {
  const rows = Object.entries(flags).map(([name, flag]) => ({ form: flagForm(name, flag), help: flag.help }));
  const width = Math.max(...rows.map(({ form }) => form.length)) + 2;
  return rows.map(({ form, help }) => `  ${form.padEnd(width)}${help}`);
}
