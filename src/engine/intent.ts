import { expectedDigest } from './applyChildren.ts';
import { makerBefore, makerSince, makingKey, nameRival } from './claims.ts';
import type { Verdict } from './conditions.ts';
import { findCreated, own } from './create.ts';
import { knownFor } from './intentAge.ts';
import type { GatheredPass, PassResult } from './pass.ts';
import { childHash, expectedOf, observedHash, rememberedKey } from './planChildren.ts';
import type { RemoteObject } from './remote.ts';
import type { ChildStatus, Intent, Resource } from './resource.ts';
import { annotationOf } from './tokens.ts';
import { clearIntent } from './writing.ts';

/** How often an unclear write is looked for; milliseconds. */
const LOOK_MS = 5_000;

const LATER_LOOK_MS = 60_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How long after its beginning a write may be made again that got no clear reply so often in a row; milliseconds. */
function patience(unclear = 0): number {
  return unclear < 2 ? 0 : Math.min(60, 5 * 2 ** (unclear - 2)) * MINUTE;
}

/**
 * What became of a write whose outcome is unknown: after a crash or a lost reply the operator looks before it acts (design §5,
 * Creating). Resolves to a verdict while that is not certain yet.
 */
export async function resolveIntent(pass: GatheredPass): Promise<{ verdict: Verdict; result: PassResult } | undefined> {
  const intent = pass.draft.status.pending?.intent;
  if (!intent) return undefined;
  const age = knownFor(pass.memory, intent.at, pass.deps.clock.monotonic());
  const { lagGraceMs } = pass.gathered.scope;
  const left = Math.max(lagGraceMs, patience(pass.memory.unclear)) - age;
  const lookMs = age < lagGraceMs ? LOOK_MS : LATER_LOOK_MS;
  switch (intent.verb) {
    case 'create':
      return resolveCreate(pass, left, lookMs);
    case 'recreate':
      return resolveRecreate(pass);
    case 'children':
      // The list may lag behind adds and deletes that were done: what it shows counts after the grace, or when it is as intended.
      return resolveChildren(pass, intent, left, lookMs);
    default:
      pass.deps.record(
        pass.resource,
        'Warning',
        'OutcomeUnknown',
        `${intent.verb} was cut off and is not repeated; ask again if it is still wanted`,
      );
      clearIntent(pass);
      return undefined;
  }
}

async function resolveChildren(pass: GatheredPass, intent: Intent, left: number, lookMs: number) {
  const { kind, gathered } = pass;
  const shown = await shownChildren(pass);
  const naturals = shown?.map(({ fields }) => kind.children!.natural(fields));
  const asExpected = naturals !== undefined && expectedDigest(naturals) === intent.expected;
  if (left > 0 && !asExpected) {
    return wait('Confirming', 'waiting until the server shows an earlier change of the list', Math.min(left, lookMs));
  }
  const wanted = gathered.desired.children?.length ?? 0;
  const isAsked = pass.fired.has('reconcile-requested-at');
  if (!asExpected && intent.done && shown?.length === 0 && wanted > 0 && !isAsked) {
    // What was added and is never shown would be added for ever.
    const message =
      `${gathered.desired.name} took what spec.${kind.children!.list} adds, and lists nothing: look at it in Sync; ` +
      `if it is not there, set ${annotationOf('reconcile-requested-at')} to a new value; ` +
      `if this server lists it elsewhere, say so in the SyncServer's spec.routes, or remove spec.${kind.children!.list}`;
    const verdict = { state: 'stalled', reason: 'Unsupported', message } as const;
    return { verdict, result: { outcome: 'stalled', againMs: HOUR } as const };
  }
  if (asExpected) {
    pass.memory.unclear = undefined;
    rememberShown(pass, shown!);
  }
  clearIntent(pass);
  return undefined;
}

/** The children that the server shows now; undefined when it cannot tell. */
async function shownChildren(pass: GatheredPass): Promise<readonly RemoteObject[] | undefined> {
  const { kind, draft, gathered } = pass;
  if (!kind.children || draft.status.id === undefined) return undefined;
  const result = await gathered.remote.read(draft.status.id);
  if (result.state !== 'present' || !result.object.children) return undefined;
  return result.object.children;
}

/** Children that were added without an id in the reply, and are there: they show what the server made of what was written. */
function rememberShown({ draft, gathered, kind }: GatheredPass, children: readonly RemoteObject[]): void {
  const { desired } = gathered;
  if (!desired.children) return;
  const remembered = draft.status.children ?? [];
  const known = new Set(remembered.map(({ id }) => id));
  const kept = expectedOf(kind, desired, children, remembered);
  const found = desired.children.flatMap((child, at): ChildStatus[] => {
    const object = kept[at];
    if (!object || known.has(object.id) || kind.children!.natural(object.fields) !== child.natural) return [];
    const applied = childHash(child.fields);
    const shown = observedHash(child.fields, object);
    return [{ id: object.id, key: rememberedKey(child), applied, ...(shown !== applied && { accepted: shown }) }];
  });
  if (found.length > 0) draft.status.children = [...remembered, ...found];
}

async function resolveCreate(pass: GatheredPass, left: number, lookMs: number) {
  const intent = pass.draft.status.pending!.intent!;
  if (pass.draft.status.id !== undefined || isForAnother(pass, intent)) {
    clearIntent(pass);
    return undefined;
  }
  const { name } = pass.gathered.desired;
  const found = await findCreated(pass, intent);
  const first = found.state === 'found' && otherMaker(pass, intent);
  if (first) return wait('Observing', `waiting for ${nameRival(pass.resource, first)}, which is making ${name}`, 1_000);
  if (found.state === 'found') {
    own(pass, found.id);
    // Somebody else may have made it under that name: what it does not show is not known to be as we sent it.
    pass.draft.status.applied = undefined;
    pass.memory.write = undefined;
    await pass.draft.save();
    pass.memory.unclear = undefined;
    pass.memory.deepDue = true;
    pass.deps.record(
      pass.resource,
      'Normal',
      'Created',
      `found ${name} as ${found.id}, made by a call whose reply was lost`,
    );
    return undefined;
  }
  if (found.state === 'several') {
    const message = `${found.ids.length} new objects are called ${name} (${found.ids.slice(0, 5).join(', ')}); set spec.id to the one that is meant, and remove the others`;
    return {
      verdict: { state: 'stalled', reason: 'AmbiguousName', message } as const,
      result: { outcome: 'stalled', againMs: LATER_LOOK_MS } as const,
    };
  }
  if (left > 0)
    return wait('OutcomeUnknown', `the reply to creating ${name} was lost; looking for it`, Math.min(left, lookMs));
  clearIntent(pass);
  return undefined;
}

/** Another resource that may have made what was found, by a call before or after that of `intent`. */
function otherMaker({ deps, kind, gathered, resource }: GatheredPass, intent: Intent): Resource | undefined {
  const { desired, scope } = gathered;
  const makers = deps.claimants(kind.name, makingKey(kind.name, desired.name));
  const since = Math.max(Date.parse(intent.at), deps.clock.now() - scope.lagGraceMs);
  return makerBefore(resource, makers) ?? makerSince(resource, makers, since);
}

/** Made on a server that was replaced since: what bears the name on this one is not of our making. */
function isForAnother({ gathered: { scope } }: GatheredPass, { server }: Intent): boolean {
  return server !== undefined && !scope.isSameServer(server) && scope.accepted?.how !== 'moved';
}

/** The old object is deleted, or is not: either way the approved step goes on from there. */
async function resolveRecreate(pass: GatheredPass) {
  const id = pass.draft.status.id;
  if (id !== undefined) {
    const result = await pass.gathered.remote.read(id);
    if (result.state === 'unsettled')
      return wait('Confirming', 'waiting until the server shows what was deleted', result.retryAfterMs);
    if (result.state === 'absent') {
      pass.draft.status.id = undefined;
      pass.draft.status.owned = undefined;
      pass.draft.status.applied = undefined;
      pass.draft.status.children = undefined;
    }
  }
  clearIntent(pass);
  return undefined;
}

function wait(reason: string, message: string, againMs: number): { verdict: Verdict; result: PassResult } {
  return { verdict: { state: 'progressing', reason, message }, result: { outcome: 'wait', againMs } };
}
