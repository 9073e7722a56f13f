import { claimKey, makingKey, nameRival, rivalOf } from './claims.ts';
import type { Verdict } from './conditions.ts';
import { noteOwned } from './create.ts';
import type { GatheredPass } from './pass.ts';
import type { Plan } from './plan.ts';
import type { RemoteObject } from './remote.ts';

/** The verdict for a resource whose remote object is another's; undefined when it may have it. */
export function checkClaim(pass: GatheredPass, id: string): Verdict | undefined {
  const { deps, kind, draft, gathered } = pass;
  const self = { ...pass.resource, status: draft.status };
  const rival = rivalOf(self, deps.claimants(kind.name, claimKey(kind.name, gathered.scope.origin, id)));
  if (!rival) return undefined;
  draft.status.id = id;
  draft.status.owned = false;
  if (gathered.scope.identity !== undefined) draft.status.serverIdentity = gathered.scope.identity;
  return {
    state: 'stalled',
    reason: 'AlreadyManaged',
    message: `${gathered.desired.name} (${id}) is managed by ${nameRival(self, rival)}; remove one of the two, or give this one another name`,
  };
}

/** What to say while another resource is making an object of that name: what was found may be its own. */
export function checkMaker({ deps, kind, resource, gathered }: GatheredPass): Verdict | undefined {
  const { desired, scope } = gathered;
  const since = deps.clock.now() - scope.lagGraceMs;
  const maker = deps.claimants(kind.name, makingKey(kind.name, desired.name)).find((other) => {
    const { intent } = other.status?.pending ?? {};
    return other.metadata.uid !== resource.metadata.uid && intent !== undefined && Date.parse(intent.at) > since;
  });
  if (!maker) return undefined;
  const message = `waiting for ${nameRival(resource, maker)}, which is making ${desired.name}`;
  return { state: 'progressing', reason: 'Observing', message };
}

/**
 * Whether an object that exists, and is nobody's, may be taken; `unknown` while some of its children are. `handed`: its owner gave it up
 * for this resource.
 */
export function mayAdopt(pass: GatheredPass, plan: Plan, handed: boolean): 'allowed' | 'refused' | 'unknown' {
  if (handed) return 'allowed';
  const { missing } = pass.gathered.desired;
  switch (pass.policies.adoptionPolicy) {
    case 'Always':
      return 'allowed';
    case 'Never':
      return 'refused';
    case 'IfIdentical':
      if (plan.steps.length > 0 || (missing?.unmade ?? 0) > 0) return 'refused';
      return missing ? 'unknown' : 'allowed';
  }
}

/** Takes the object as ours without writing to it. */
export function adopt(pass: GatheredPass, id: string, handed: boolean): void {
  const { draft, gathered, deps, resource } = pass;
  noteOwned(draft.status, id, gathered.scope);
  // It is not new: switching it on is a change like any other.
  const { activation } = pass.kind;
  if (activation !== undefined) draft.status.applied = { [activation]: '', ...draft.status.applied };
  if (handed)
    deps.record(resource, 'Normal', 'HandedOver', `took over ${gathered.desired.name} (${id}) from a deleted resource`);
  else deps.record(resource, 'Normal', 'Adopted', `adopted ${gathered.desired.name} (${id}), which existed already`);
}

export function adoptionRefused(pass: GatheredPass, { id }: RemoteObject, changes: string): Verdict {
  const { name, missing } = pass.gathered.desired;
  const list = pass.kind.children?.list;
  const summary = changes || `${missing?.unmade} of the ${list} need what it does not have: ${missing?.message}`;
  const never = pass.policies.adoptionPolicy === 'Never';
  const why = never ? 'adoptionPolicy is Never' : `taking it would change it (${summary}; see status.plan)`;
  const remedy = never
    ? 'choose another name, or adoptionPolicy IfIdentical'
    : 'make the spec equal to it, or set adoptionPolicy: Always';
  return {
    state: 'stalled',
    reason: 'AdoptionRefused',
    message: `${name} exists already (${id}) and ${why}; ${remedy}`,
  };
}
