import { parseResource } from '../../api/definition.ts';
import { definitionOf } from '../../api/registry.ts';
import type { Cluster } from '../cluster.ts';
import { CliError } from '../failure.ts';
import type { Manifest } from './manifests.ts';
import type { PlannedObject } from './model.ts';

/** A SyncRun runs once, when it is made: one that is there already does nothing more. Throws CliError for one that is not valid. */
export async function plannedRun(
  cluster: Cluster,
  { kind, namespace, name, object, at }: Manifest,
): Promise<PlannedObject> {
  const definition = definitionOf(kind)!;
  const parsed = parseResource(definition, object);
  if (!parsed.ok) {
    throw new CliError(parsed.problems.map(({ path, message }) => `${at(path)}: ${path}: ${message}`).join('\n'));
  }
  const head = { kind, namespace, name, source: at() };
  if (await cluster.find(definition, name, namespace)) return { ...head, action: 'none', steps: [] };
  const spec = object.spec as Record<string, { name?: string; id?: string } | undefined>;
  const [field, target] = Object.entries(spec).find(([key]) => /^(job|transformation|pipeline)Ref$/.test(key))!;
  const title = `run ${field.replace('Ref', '')} ${target?.name ?? target?.id}`;
  return {
    ...head,
    action: 'run',
    steps: [{ verb: 'run', title, destructive: false, cause: 'spec', changes: [] }],
  };
}
