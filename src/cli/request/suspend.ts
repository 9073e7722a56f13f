import { KINDS } from '../../api/registry.ts';
import type { Command } from '../command.ts';
import { read, shortest, targetsOf } from '../targets.ts';

const KINDS_WITH_SUSPEND = KINDS.map(({ kind }) => kind).filter((kind) => kind !== 'SyncRun');

/** `spec.suspend: true` */
export const suspend: Command = command({
  name: 'suspend',
  summary: 'Hold all writes to Sync, and all runs, of objects and what lies below them',
  description:
    'Status still follows what is in Sync. A schedule that Sync runs by itself goes on: set spec.schedule.enabled to stop that.\nWhere manifests come from Git, set spec.suspend there, or it is taken back with the next sync.',
  value: true,
});

/** `spec.suspend: false` */
export const resume: Command = command({
  name: 'resume',
  summary: 'Let objects be written again that were suspended',
  description: 'What has changed meanwhile is carried out, as the policies allow.',
  value: false,
});

function command({
  name,
  summary,
  description,
  value,
}: Pick<Command, 'name' | 'summary' | 'description'> & { value: boolean }): Command {
  return {
    name,
    summary,
    args: 'TYPE/NAME…',
    description,
    flags: {},
    examples: [
      { text: 'one job', line: `kubectl sync ${name} job/crm-nightly` },
      { text: 'a whole server', line: `kubectl sync ${name} server/prod` },
    ],
    needs: ['get, patch the kinds named'],
    completes: 'object',
    async run({ cluster, terminal }, { args }) {
      const targets = targetsOf(args, KINDS_WITH_SUSPEND);
      const open = await cluster();
      for (const target of targets) {
        const { spec } = await read(open, target);
        const what = `${shortest(target.definition.kind)}/${target.name}`;
        const already = (spec.suspend ?? false) === value;
        if (!already) await open.patch(target.definition, target.name, { spec: { suspend: value || null } });
        terminal.out(
          `${what} ${already ? 'was' : 'is'} ${value ? 'suspended' : 'not suspended'}${already ? ' already' : ''}\n`,
        );
      }
      return 0;
    },
  };
}
