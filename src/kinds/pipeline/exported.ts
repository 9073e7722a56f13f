import { SYNC_PIPELINE } from '../../api/syncPipeline.ts';
import type { JsonObject } from '../../ports/json.ts';
import type { ExportRules } from '../export/rules.ts';
import { REACHED } from './kind.ts';
import { TARGETS } from './steps.ts';

export const EXPORT: ExportRules = {
  definition: SYNC_PIPELINE,
  within: { field: 'workspaceRef', kind: 'SyncWorkspace' },
  list: ({ pipelines }, workspaceId) => pipelines.list(workspaceId),
  get: ({ pipelines }, id, _parent, options) => pipelines.get(id, options),
  children: { list: 'steps', api: ({ pipelines }) => pipelines.steps, renames: REACHED.childRenames },
  renames: REACHED.renames,
  references: Object.fromEntries(TARGETS.map(([path, kind]) => [`steps[].${path}`, kind])),
  refine(spec, { children = [], exported, note }) {
    if (!spec.steps) return;
    const steps = spec.steps as JsonObject[];
    for (const [at, { fields }] of children.entries()) {
      if (Object.keys(steps[at]!).length > 0) continue;
      // The server words the kind in its own way: what it refers to is told by the id.
      const { id = '' } = (fields.get('reference') ?? {}) as { id?: string };
      const target = TARGETS.find(([, kind]) => exported(kind, id));
      if (target) steps[at] = { [target[0]]: { name: exported(target[1], id)!.name } };
    }
    if (steps.every((step) => Object.keys(step).length > 0)) return;
    delete spec.steps;
    note('steps are left out: the server does not tell what each of them runs');
  },
};
