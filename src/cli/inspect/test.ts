import type { Command } from '../command.ts';
import { withSync } from '../sync.ts';
import { targetOf } from '../targets.ts';
import { paint } from '../terminal.ts';

/** As for runs: never taken for success. */
const NOT_KNOWN = 4;

/** Whether Sync can connect. */
export const test: Command = {
  name: 'test',
  summary: 'Have Sync test a connection now, and say what came of it',
  args: 'connection/NAME',
  description:
    'Exit code 0 when it works, 1 when it does not, 4 when Sync does not say. May take as long as spec.timeouts.test of the SyncServer.',
  flags: {},
  examples: [{ text: 'after a password has changed', line: 'kubectl sync test connection/warehouse' }],
  needs: ['get syncconnections, syncworkspaces, syncservers, secrets'],
  completes: 'connection',
  async run(context, { args }) {
    const target = targetOf(args, ['SyncConnection']);
    const { ok, words } = await withSync(context, target, (sync, id, options) => sync.connections.test(id, options));
    const { terminal } = context;
    const [said, tone] =
      ok === undefined
        ? (['was tested; Sync does not say what came of it', 'warn'] as const)
        : ok
          ? (['works', 'good'] as const)
          : (['does not work', 'bad'] as const);
    terminal.out(`connection/${target.name} ${paint(terminal, tone, said)}${words === '' ? '' : `: ${words}`}\n`);
    return ok === undefined ? NOT_KNOWN : ok ? 0 : 1;
  },
};
