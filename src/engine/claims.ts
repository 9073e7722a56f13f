import { canonicalJson } from './digest.ts';
import type { Resource } from './resource.ts';
import { keyOf } from './resource.ts';

const PLACES = ['serverRef', 'workspaceRef', 'pipelineRef'];

/** The key under which one remote object can have one owner: kind, origin and id. */
export function claimKey(kind: string, origin: string, id: string): string {
  return `${kind}|${origin}|${id}`;
}

/** The origin part of a server identity: claims hold across SyncServers of one origin. */
export function originOf(identity: string): string {
  return URL.parse(identity)?.origin ?? identity;
}

/**
 * What a resource claims or would claim, for an index; none before its id is known, none that its adoptionPolicy refuses, and none
 * that it would still have to take while it is being deleted.
 */
export function claimsOf(resource: Resource): string[] {
  const { status } = resource;
  if (!status?.id || !status.serverIdentity) return [];
  const refused = status.conditions?.some(({ type, reason }) => type === 'Stalled' && reason === 'AdoptionRefused');
  const takesNothing = refused || resource.metadata.deletionTimestamp !== undefined;
  if (takesNothing && status.owned !== true) return [];
  return [claimKey(resource.kind, originOf(status.serverIdentity), status.id)];
}

/** The key under which those are found that have said that they make an object of that name, and not yet what came of it. */
export function makingKey(kind: string, name: string): string {
  return `${kind}|making|${name}`;
}

/** The same of one resource, for an index. `name`: what it is called on the server. */
export function makingOf({ kind, status }: Resource, name: string | undefined): string[] {
  return status?.pending?.intent?.verb === 'create' && name !== undefined ? [makingKey(kind, name)] : [];
}

/**
 * The older of the resources that are making an object of the same name in the same place; undefined when `self` is that. What
 * one of them finds is not known to be its own. `makers`: those that are making one of that name anywhere.
 */
export function makerBefore(self: Resource, makers: readonly Resource[]): Resource | undefined {
  return makers.find((other) => isBeside(self, other) && older(other, self));
}

/** One of them whose call was begun after `since` (ms since the epoch) and may be under way: what is new is rather of its making. */
export function makerSince(self: Resource, makers: readonly Resource[], since: number): Resource | undefined {
  return makers.find((other) => {
    const { intent } = other.status?.pending ?? {};
    return isBeside(self, other) && intent !== undefined && !intent.done && Date.parse(intent.at) > since;
  });
}

function isBeside(self: Resource, other: Resource): boolean {
  if (other.metadata.uid === self.metadata.uid || other.metadata.namespace !== self.metadata.namespace) return false;
  return PLACES.every((ref) => canonicalJson(other.spec[ref] ?? null) === canonicalJson(self.spec[ref] ?? null));
}

/** The other resource that owns the object, or would come first; undefined when `self` may have it. */
export function rivalOf(self: Resource, claimants: readonly Resource[]): Resource | undefined {
  const others = claimants.filter((other) => other.metadata.uid !== self.metadata.uid);
  const owner = others.find((other) => other.status?.owned === true);
  if (owner && self.status?.owned !== true) return owner;
  if (self.status?.owned === true && !owner) return undefined;
  // Both say that they own it (two copies of one status), or neither does: the older one has it.
  const rivals = owner ? others.filter((other) => other.status?.owned === true) : others;
  return rivals.find((other) => isObserver(other) === false && older(other, self));
}

function isObserver(resource: Resource): boolean {
  return resource.status?.policies?.managementPolicy === 'Observe';
}

function older(a: Resource, b: Resource): boolean {
  const [left, right] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  if (left !== right) return left < right;
  return a.metadata.uid < b.metadata.uid;
}

/** How a rival is named to the owner of `self`: in full only within one namespace. */
export function nameRival(self: Resource, rival: Resource): string {
  if (rival.metadata.namespace === self.metadata.namespace) return `${rival.kind} ${keyOf(rival)}`;
  return `a ${rival.kind} in another namespace`;
}
