import type { Gathered } from './kind.ts';
import type { Memory } from './memory.ts';
import type { Glance, RemoteObject } from './remote.ts';
import type { Resource, Status } from './resource.ts';

/** `instead`: the object that was ours is gone, and this one has its name. */
export type Observation =
  /** Nothing moved since the last deep read; there is nothing to compare. */
  | { state: 'settled'; id: string; digest: string }
  | { state: 'present'; object: RemoteObject; digest?: string; ours: boolean; instead?: boolean }
  | { state: 'absent'; vanished: boolean; knownIds: string[] }
  | { state: 'ambiguous'; ids: string[] }
  /** Not certain yet: look again. */
  | { state: 'unsettled'; retryAfterMs: number; message: string };

export interface ObserveInput {
  resource: Resource;
  status: Status;
  gathered: Gathered;
  memory: Memory;
  now: number;
  /** When this process began to look at servers. */
  startedAt: number;
  /** When this pass was asked for. */
  askedAt: number;
  /** True when spec, references and secrets are what was last applied. */
  unchanged: boolean;
}

/** How old a list may be that an object is made by; a list for each of many at once would cost more than they do. */
const LIST_AGE_MS = 5_000;
/** A list of this age is not polled, or so seldom that it should not say alone that a name is given twice. */
const OLD_LIST_MS = 120_000;

/** The remote object: by id from the shared picture, deep-read where something moved; else by name. */
export async function observe(input: ObserveInput): Promise<Observation> {
  // What is not ours is known by its name: the object that bore it the last time may bear another by now.
  const id = input.status.owned === true ? input.status.id : (input.resource.spec.id as string | undefined);
  return id === undefined ? observeByName(input) : observeById(input, id);
}

async function observeById(input: ObserveInput, id: string): Promise<Observation> {
  const { remote, scope } = input.gathered;
  if (remote.glance({ id }).state === 'unlisted') await remote.listed();
  const digest = digestOf(remote, id);
  if (digest !== undefined && isSettled(input, digest)) return { state: 'settled', id, digest };
  const result = await remote.read(id);
  input.memory.deepDue = false;
  if (result.state === 'present') {
    // The picture may have learned from the read: a digest of what it showed before would not be that of this object.
    return { state: 'present', object: result.object, digest: digestOf(remote, id), ours: input.status.owned === true };
  }
  if (result.state === 'unsettled')
    return { ...result, message: 'the server does not show the object consistently yet' };
  // A young process, or a write of ours a moment ago: a lagging server may still have to show it.
  const since = Math.max(input.startedAt, input.memory.wroteAt ?? 0);
  const left = since + scope.lagGraceMs - input.now;
  if (left > 0)
    return { state: 'unsettled', retryAfterMs: left, message: `the server does not show ${id}; waiting for it` };
  const vanished = input.status.owned === true;
  if (vanished && (await namesakeOf(input, id))) {
    const other = await observeByName(input);
    return other.state === 'present' ? { ...other, instead: true } : other;
  }
  return { state: 'absent', vanished, knownIds: [] };
}

/** Whether another object bears the name: the one that was ours is not made again beside it. */
async function namesakeOf({ gathered: { remote, desired } }: ObserveInput, id: string): Promise<boolean> {
  await remote.refresh();
  const glance = remote.glance({ name: desired.name });
  return glance.state === 'present' && glance.ids.some((other) => other !== id);
}

function digestOf(remote: Gathered['remote'], id: string): string | undefined {
  const glance = remote.glance({ id });
  return glance.state === 'present' ? glance.digest : undefined;
}

function isSettled({ status, memory, unchanged, resource }: ObserveInput, digest: string): boolean {
  return (
    unchanged &&
    !memory.deepDue &&
    memory.write === undefined &&
    status.pending === undefined &&
    status.plan === undefined &&
    status.owned === true &&
    wasConverged(status) &&
    status.observedGeneration === resource.metadata.generation &&
    (memory.seenDigest ?? status.observed?.listDigest) === digest
  );
}

/** What was refused or not finished the last time is looked at again, whatever the list says. */
function wasConverged({ conditions }: Status): boolean {
  const ready = conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' || ready?.reason === 'ObservationStale';
}

async function observeByName(input: ObserveInput): Promise<Observation> {
  const { remote, desired } = input.gathered;
  input.memory.lookedForSince ??= input.askedAt;
  // What was listed before this object was asked for may lack what somebody made since, and so may an old list.
  const since = Math.max(input.memory.lookedForSince, input.now - LIST_AGE_MS);
  let glance = remote.glance({ name: desired.name });
  if (isTooOld(glance, since, input.now)) {
    await remote.refresh();
    glance = remote.glance({ name: desired.name });
  }
  if (glance.state === 'unlisted')
    return { state: 'unsettled', retryAfterMs: 5_000, message: 'waiting for the first list' };
  if (glance.state === 'absent') return { state: 'absent', vanished: false, knownIds: [] };
  if (glance.ids.length > 1) return { state: 'ambiguous', ids: glance.ids };
  const id = glance.ids[0]!;
  const result = await remote.read(id);
  if (result.state === 'present' && (await isStillNamed(input, result.object)))
    return { state: 'present', object: result.object, digest: digestOf(remote, id), ours: false };
  if (result.state === 'unsettled')
    return { ...result, message: 'the server does not show the object consistently yet' };
  if (result.state === 'absent') await remote.refresh();
  const message = `${desired.name} was listed but ${result.state === 'absent' ? 'is not there' : 'bears another name'}`;
  return { state: 'unsettled', retryAfterMs: 1_000, message };
}

function isTooOld(glance: Glance, since: number, now: number): boolean {
  if (glance.state === 'unlisted') return true;
  if (glance.state === 'absent') return glance.listedAt < since;
  return glance.ids.length > 1 && glance.listedAt < now - OLD_LIST_MS;
}

/** A list that is not polled may have an old name; one that the server words in its own way is as listed by a new list, too. */
async function isStillNamed({ gathered: { remote, desired } }: ObserveInput, object: RemoteObject): Promise<boolean> {
  if (object.name === undefined || object.name === desired.name) return true;
  await remote.refresh();
  const glance = remote.glance({ name: desired.name });
  return glance.state === 'present' && glance.ids.includes(object.id);
}
