import { type Command, flagOf, OUTPUT } from '../command.ts';
import { CliError } from '../failure.ts';
import { showRows } from '../output.ts';
import { withSync } from '../sync.ts';
import { table } from '../table.ts';
import { targetOf } from '../targets.ts';

/** The log files of a connection: the only ones that API v2 gives away (sync-api-v2.md section 4). */
export const logs: Command = {
  name: 'logs',
  summary: 'List the log files of a connection, or fetch one',
  args: 'connection/NAME',
  description:
    'API v2 hands out the logs of connections only; what a run said stands in `history` and in its SyncRun.\nSecrets that are known here are hidden in what is fetched; others may be in it.',
  flags: {
    download: { value: 'FILE', help: 'fetch this one, or `latest`' },
    out: { value: 'PATH', help: 'write it there, and not to standard output' },
    output: OUTPUT,
  },
  examples: [
    { text: 'which there are', line: 'kubectl sync logs connection/crm' },
    { text: 'the newest', line: 'kubectl sync logs connection/crm --download latest | less' },
  ],
  needs: ['get syncconnections, syncworkspaces, syncservers, secrets'],
  completes: 'connection',
  async run(context, given) {
    const { terminal, disk } = context;
    const target = targetOf(given.args, ['SyncConnection']);
    const wanted = flagOf(given, 'download');
    return withSync(context, target, async (sync, id, options) => {
      const files = (await sync.connections.logs.list(id, options)).toSorted(
        (a, b) => (b.modifiedAt ?? 0) - (a.modifiedAt ?? 0),
      );
      if (wanted === undefined) {
        const rows = files.map(({ name, size, modifiedAt }) => [name, size?.toString() ?? '', iso(modifiedAt)]);
        showRows(terminal, given, files, {
          asTable: () => table(['FILE', 'BYTES', 'MODIFIED'], rows),
          none: `connection/${target.name} has no log files`,
        });
        return 0;
      }
      const file = wanted === 'latest' ? files[0] : files.find(({ name }) => name === wanted);
      if (!file) {
        const known = files.slice(0, 5).map(({ name }) => name);
        throw new CliError(
          `connection/${target.name} has no log file ${wanted}${known.length > 0 ? `; the newest are ${known.join(', ')}` : ': it has none'}`,
        );
      }
      // It was listed just now.
      const text = await sync.connections.logs.download(id, file.name, { known: async () => true });
      const path = flagOf(given, 'out');
      if (path === undefined) terminal.out(text);
      else {
        disk.write(path, text);
        terminal.err(`wrote ${file.name} to ${path}\n`);
      }
      return 0;
    });
  },
};

const iso = (ms: number | undefined) => (ms === undefined ? '' : new Date(ms).toISOString());
