import { type Command, GLOBAL_FLAGS } from '../src/cli/command.ts';
import { COMMANDS } from '../src/cli/commands.ts';
import { flagForm } from '../src/cli/help.ts';

/** `docs/cli.md`: every command of `kubectl sync`, from the values that its help is made of. */
export function cliFiles(): Map<string, string> {
  const lines = [
    '# kubectl sync',
    '',
    '<!-- Generated from src/cli by npm run gen. -->',
    '',
    'A plugin for kubectl: plan, run, see and take over what sync-operator keeps in CData Sync. It is one file, for Node.js 22.19 or newer:',
    '',
    '```',
    'npm ci && npm run build',
    'install -D -m 755 dist/kubectl-sync.js ~/.local/bin/kubectl-sync',
    'ln -sf kubectl-sync ~/.local/bin/kubectl_complete-sync',
    '```',
    '',
    'kubectl finds it on the PATH as `kubectl sync`; by the second name it finds the completions. In a checkout, `npx kubectl-sync` runs it too.',
    '',
    'It acts with your own rights in Kubernetes, not with those of the controller: what a command needs stands with it. Those that talk to Sync',
    'themselves read the Secret with the token of the SyncServer. An object is named as kubectl has it: `job/nightly`, `syncjob nightly`, `sjob/nightly`.',
    '',
    'Data goes to standard output, progress, warnings and errors to standard error, each error in one line. Exit codes: 0 done, 1 an error, 130',
    'ended by Ctrl-C; what else a command returns stands with it. Colours and redrawing are for terminals only, and colours never with `NO_COLOR`.',
    '',
    'Flags of every command:',
    '',
    ...flagTable(GLOBAL_FLAGS),
    '',
    '| command | |',
    '| --- | --- |',
    ...COMMANDS.map(({ name, summary }) => `| [\`${name}\`](#${name}) | ${cell(summary)} |`),
    '',
    ...COMMANDS.flatMap(section),
  ];
  return new Map([['docs/cli.md', `${lines.join('\n').trimEnd()}\n`]]);
}

function section({ name, summary, args, description, flags, examples, needs }: Command): string[] {
  return [
    `## ${name}`,
    '',
    `${summary}.`,
    '',
    '```',
    ['kubectl sync', name, args, Object.keys(flags).length > 0 ? '[flags]' : ''].filter(Boolean).join(' '),
    '```',
    '',
    ...(description ? [description.replaceAll('\n', '\n\n'), ''] : []),
    ...(Object.keys(flags).length > 0 ? [...flagTable(flags), ''] : []),
    ...(needs.length > 0 ? [`Needs in Kubernetes: ${needs.map((need) => `\`${need}\``).join('; ')}.`, ''] : []),
    '```',
    ...examples.flatMap(({ text, line }) => [`# ${text}`, line]),
    '```',
    '',
  ];
}

function flagTable(flags: Command['flags']): string[] {
  return [
    '| flag | |',
    '| --- | --- |',
    ...Object.entries(flags).map(([name, flag]) => `| \`${flagForm(name, flag)}\` | ${cell(flag.help)} |`),
  ];
}

const cell = (text: string) => text.replaceAll('|', '\\|');
