import type { KubeObject } from '../cluster/types.ts';
import { keyOf, type Mirror, serverOf, workspaceOf } from './mirror.ts';

/** What holds for a resource by design §4, said here once more and apart from the operator. */
export interface InForce {
  managementPolicy: 'Enforce' | 'Observe';
  adoptionPolicy: 'IfIdentical' | 'Never' | 'Always';
  changePolicy: 'Safe' | 'Automatic' | 'Manual';
  driftPolicy: 'Correct' | 'Report';
  deletionPolicy: 'Retain' | 'Delete';
  suspend: boolean;
  tasksPolicy: 'Exact' | 'AtLeast';
}

const BUILT_IN: Omit<InForce, 'suspend' | 'tasksPolicy'> = {
  managementPolicy: 'Enforce',
  adoptionPolicy: 'IfIdentical',
  changePolicy: 'Safe',
  driftPolicy: 'Correct',
  deletionPolicy: 'Retain',
};

function inForce(mirror: Mirror, resource: KubeObject): InForce {
  const workspace = workspaceOf(mirror, resource);
  const server = serverOf(mirror, resource);
  const policies: Record<string, unknown> = { ...BUILT_IN, ...server?.spec.defaults, ...workspace?.spec.defaults };
  for (const name of Object.keys(BUILT_IN)) {
    if (resource.spec[name] !== undefined) policies[name] = resource.spec[name];
  }
  // A workspace given by id alone is shared with others: only its own word counts.
  if (resource.kind === 'SyncWorkspace' && resource.spec.name === undefined) {
    policies.managementPolicy = resource.spec.managementPolicy ?? 'Observe';
  }
  const suspend = [resource, workspace, server].some((one) => one?.spec.suspend === true);
  const tasksPolicy = resource.spec.tasksPolicy ?? 'Exact';
  return { ...(policies as Omit<InForce, 'suspend' | 'tasksPolicy'>), suspend, tasksPolicy };
}

/** Which policies hold, and since when. */
export interface Policies {
  of(resource: KubeObject): InForce;
  /** True when the policy has had one of these values for at least `ms`: long enough for every pass to know. */
  settled<K extends keyof InForce>(resource: KubeObject, policy: K, values: readonly InForce[K][], ms: number): boolean;
}

interface Known {
  uid: string;
  value: unknown;
  since: number;
}

/** `now`: the clock. What is asked counts from the later of a change and `blindUntil`, when the controllers saw nothing. */
export function createPolicies(mirror: Mirror, now: () => number, blindUntil: () => number): Policies {
  const known = new Map<string, Map<string, Known>>();
  const refresh = () => {
    for (const [key, resource] of mirror.resources) {
      const entries = known.get(key) ?? new Map<string, Known>();
      known.set(key, entries);
      const { uid } = resource.metadata;
      for (const [policy, value] of Object.entries(inForce(mirror, resource))) {
        const before = entries.get(policy);
        if (before?.uid !== uid || before.value !== value) entries.set(policy, { uid, value, since: now() });
      }
    }
  };
  mirror.onChange((before, after) => {
    if (before?.metadata.generation !== after?.metadata.generation || before?.metadata.uid !== after?.metadata.uid) {
      refresh();
    }
  });
  return {
    of: (resource) => inForce(mirror, resource),
    settled(resource, policy, values, ms) {
      const entry = known.get(keyOf(resource))?.get(policy);
      if (!entry || entry.uid !== resource.metadata.uid || !values.includes(entry.value as never)) return false;
      // Nobody keeps account of what is gone, and a pass that does not know so yet follows its server.
      if (!mirror.resources.has(keyOf(resource)) && !values.includes(inForce(mirror, resource)[policy])) return false;
      return now() - Math.max(entry.since, blindUntil()) >= ms;
    },
  };
}
