import { nameRival } from '../../engine/claims.ts';
import type { EngineDeps } from '../../engine/pass.ts';
import { keyOf, type Resource } from '../../engine/resource.ts';

const NAMED = 5;
const HOLDERS: ReadonlySet<string> = new Set(['SyncWorkspace', 'SyncPipeline']);

/** How many resources use a server, by kind: those that refer to it, to its workspaces and to their pipelines. */
export function countUsers({ referrers }: Pick<EngineDeps, 'referrers'>, server: Resource): Record<string, number> {
  const seen = new Set<string>();
  const counts: Record<string, number> = {};
  const count = (resource: Resource) => {
    const key = `${resource.kind} ${keyOf(resource)}`;
    if (seen.has(key)) return;
    seen.add(key);
    counts[resource.kind] = (counts[resource.kind] ?? 0) + 1;
    if (HOLDERS.has(resource.kind)) for (const below of referrers(resource)) count(below);
  };
  for (const resource of referrers(server)) count(resource);
  return counts;
}

/** Whose remote objects are still to be deleted through the server. */
export function describeUsers(server: Resource, users: readonly Resource[]): string {
  const names = [...new Set(users.map((user) => nameRival(server, user)))];
  const shown = names.slice(0, NAMED).join(', ');
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return `deletionPolicy Delete below it needs the server: ${shown}${more}`;
}
