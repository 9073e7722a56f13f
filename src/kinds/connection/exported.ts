import { fieldOf } from '../../api/fields.ts';
import { SYNC_CONNECTION } from '../../api/syncConnection.ts';
import { isSensitivePath } from '../../engine/show.ts';
import type { JsonObject } from '../../ports/json.ts';
import { looksSensitive } from '../../sync/scrub.ts';
import type { ExportRules, RefineInput } from '../export/rules.ts';
import { REACHED } from './kind.ts';

/** Secrets among the properties, shown or hidden, come from a Secret. */
export const EXPORT: ExportRules = {
  definition: SYNC_CONNECTION,
  within: { field: 'workspaceRef', kind: 'SyncWorkspace' },
  list: ({ connections }, workspaceId) => connections.list(workspaceId),
  get: ({ connections }, id, _parent, options) => connections.get(id, options),
  renames: REACHED.renames,
  refine(spec, input) {
    const hidden = [...input.entity.fields].flatMap(([path, value]) => {
      const isSecret = path.startsWith('properties.') && value !== null && value !== '' && isHidden(path, value, input);
      return isSecret ? [path.slice('properties.'.length)] : [];
    });
    if (hidden.length === 0) return;
    const properties = (spec.properties ?? {}) as JsonObject;
    for (const property of hidden) delete properties[property];
    if (Object.keys(properties).length === 0) delete spec.properties;
    spec.propertiesFrom = hidden.map((property) => ({
      property,
      secretKeyRef: input.hide(property, `${property} of connection ${input.entity.name}`),
    }));
  },
};

function isHidden(path: string, value: unknown, { entity, holdsSecret }: RefineInput): boolean {
  const isSecret = fieldOf(SYNC_CONNECTION.fields, path)?.change === 'writeOnly' || entity.masked.has(path);
  const name = path.slice('properties.'.length);
  return isSecret || isSensitivePath(path) || looksSensitive(name) || holdsSecret(String(value));
}
