import type { Json } from '../ports/json.ts';
import { forgetRemote, own } from './create.ts';
import type { Gated } from './gate.ts';
import type { Kind } from './kind.ts';
import type { GatheredPass } from './pass.ts';
import type { Step } from './plan.ts';
import type { Remote, RemoteObject } from './remote.ts';
import { keyOf, type Resource } from './resource.ts';

/** Passes that plan and write nothing: what would be written is remembered, and what comes after is planned as if it had been. */
export interface Preview {
  /** What each object came to, by `SyncJob/team/nightly`; one that has nothing to do, or cannot be planned, has no steps. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** What may go in this pass and what is held, before any of it is carried out. */
  gated(resource: Resource, gated: Gated): void;
  /** In place of `apply`: the object as it would be after these steps. */
  predict(pass: GatheredPass, steps: readonly Step[], observed: RemoteObject | undefined): RemoteObject;
  /** The same kind, which finds on its server what was predicted, and does nothing besides configuring. */
  wrap(kind: Kind): Kind;
}

export interface Outcome {
  /** In the order in which they would be carried out. */
  done: Step[];
  /** As the latest pass says. */
  gated: Gated;
  /** The object as it would be; undefined while nothing would be written. */
  after?: RemoteObject;
}

const PREFIX = 'planned:';

/** Whether an id only stands for one that the server would give. */
export const isPlannedId = (id: string): boolean => id.startsWith(PREFIX);

export function createPreview(): Preview {
  const outcomes = new Map<string, Outcome>();
  const refOf = (resource: Resource) => `${resource.kind}/${keyOf(resource)}`;
  const outcomeOf = (resource: Resource): Outcome => {
    const ref = refOf(resource);
    const outcome = outcomes.get(ref) ?? { done: [], gated: { go: [], held: [] } };
    outcomes.set(ref, outcome);
    return outcome;
  };
  return {
    outcomes,
    gated(resource, gated) {
      outcomeOf(resource).gated = gated;
    },
    predict(pass, steps, observed) {
      const outcome = outcomeOf(pass.resource);
      const after = afterSteps(pass, steps, observed, PREFIX + refOf(pass.resource));
      outcome.done.push(...steps);
      // They would not be planned again.
      outcome.gated = { go: [], held: outcome.gated.held };
      outcome.after = after;
      return after;
    },
    wrap: (kind) => ({
      ...kind,
      async gather(resource) {
        const { hooks, ...gathered } = await kind.gather(resource);
        const after = outcomes.get(refOf(resource))?.after;
        return {
          ...gathered,
          ...(after && { remote: remoteOf(gathered.remote, after, outcomeOf(resource).done.length) }),
          // A check only reads; all else that a kind does beyond configuration is left out.
          ...(hooks?.check && { hooks: { check: hooks.check } }),
        };
      },
    }),
  };
}

/** The remote side once the object is as predicted. */
function remoteOf(remote: Remote, object: RemoteObject, version: number): Remote {
  return {
    ...remote,
    glance: () => ({ state: 'present', ids: [object.id], digest: `${PREFIX}${version}`, listedAt: 0 }),
    refresh: async () => {},
    read: async () => ({ state: 'present', object }),
  };
}

function afterSteps(
  pass: GatheredPass,
  steps: readonly Step[],
  observed: RemoteObject | undefined,
  placeholder: string,
): RemoteObject {
  let object = observed;
  // Which child came of which desired one, for moves of what was just added.
  const added = new Map<number, string>();
  for (const step of steps) {
    if (step.verb === 'create' || step.verb === 'recreate') object = createdBy(pass, step, placeholder);
    else if (step.child) object = withChild(pass, object!, step, added);
    else object = withFields(pass, object!, step);
  }
  return object!;
}

function createdBy(pass: GatheredPass, step: Step, id: string): RemoteObject {
  const { kind, gathered } = pass;
  const { name, fields: wanted, children } = gathered.desired;
  if (step.verb === 'recreate' || step.cause === 'vanished') forgetRemote(pass);
  own(pass, id);
  const fields = new Map<string, Json>(wanted);
  if (kind.activation !== undefined && fields.has(kind.activation)) fields.set(kind.activation, false);
  return { id, name, fields, masked: new Set(), ...(children && { children: [] }) };
}

function withFields({ draft, deps, gathered }: GatheredPass, object: RemoteObject, { changes }: Step): RemoteObject {
  const fields = new Map(object.fields);
  const masked = new Set(object.masked);
  const applied = { ...draft.status.applied };
  for (const { path, to } of changes) {
    const secret = gathered.desired.secrets.get(path);
    if (secret !== undefined) applied[path] = deps.macs.mac(path, secret);
    if (to === undefined) continue;
    fields.set(path, to);
    masked.delete(path);
  }
  draft.status.applied = applied;
  return { ...object, fields, masked };
}

function withChild(
  { gathered }: GatheredPass,
  object: RemoteObject,
  { verb, child }: Step,
  added: Map<number, string>,
): RemoteObject {
  const { id, wanted, position } = child!;
  const target = id ?? added.get(wanted!);
  const children = [...(object.children ?? [])];
  const at = children.findIndex((one) => one.id === target);
  const fields = wanted === undefined ? undefined : gathered.desired.children![wanted]!.fields;
  switch (verb) {
    case 'addChild': {
      const made = `${PREFIX}${object.id}#${children.length}.${wanted}`;
      added.set(wanted!, made);
      children.push({ id: made, fields: fields!, masked: new Set() });
      break;
    }
    case 'updateChild':
      children[at] = { ...children[at]!, fields: new Map([...children[at]!.fields, ...fields!]) };
      break;
    case 'moveChild':
      children.splice(position!, 0, ...children.splice(at, 1));
      break;
    case 'deleteChild':
      children.splice(at, 1);
      break;
  }
  return { ...object, children };
}
