import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Random } from '../ports/random.ts';
import type { Draft, StatusPatcher } from './draft.ts';
import type { Gathered, Kind } from './kind.ts';
import type { Macs } from './macs.ts';
import type { Memory } from './memory.ts';
import type { Step } from './plan.ts';
import type { EffectivePolicies } from './policies.ts';
import type { Preview } from './preview.ts';
import type { Resource } from './resource.ts';
import type { TokenName } from './tokens.ts';

/** What the engine needs of its surroundings; `app` wires it. */
export interface EngineDeps {
  clock: Clock;
  random: Random;
  logger: Logger;
  kube: ResourceWriter;
  macs: Macs;
  /** Records an event; never fails, never waits. */
  record(resource: Resource, type: 'Normal' | 'Warning', reason: string, message: string): void;
  /** True when the lease certainly outlasts `ms` milliseconds. */
  mayWrite(ms: number): boolean;
  get(kind: string, key: string): Resource | undefined;
  /** Resources of the kind that claim the same remote object. */
  claimants(kind: string, claim: string): Resource[];
  /** Resources that refer to this one. */
  referrers(resource: Resource): Resource[];
  wake(kind: string, key: string): void;
  /** True when the namespace is being deleted, as far as can be known. */
  isTerminating(namespace: string): Promise<boolean>;
  count(what: 'driftCorrected' | 'orphaned', kind: string): void;
  /** Set where nothing is to be carried out: passes only plan. Its kinds are wrapped, and `kube` keeps statuses in memory. */
  preview?: Preview;
}

export interface ResourceWriter extends StatusPatcher {
  /** Replaces the finalizers; rejects when the object has changed since. */
  patchFinalizers(resource: Resource, finalizers: string[]): Promise<Resource>;
}

/** One pass over one object: what the stages share. */
export interface Pass {
  deps: EngineDeps;
  kind: Kind;
  resource: Resource;
  draft: Draft;
  memory: Memory;
  logger: Logger;
  /** One-shot requests that are due; echoed in status when acted on. */
  fired: Map<TokenName, string>;
  /** When this process began to look at servers, ms since the epoch. */
  startedAt: number;
  /** When this pass was asked for, ms since the epoch: the object had been seen by then. */
  askedAt: number;
}

export interface GatheredPass extends Pass {
  gathered: Gathered;
  policies: EffectivePolicies;
  /** The steps whose call is under way or was the last. */
  applying?: readonly Step[];
}

export interface PassResult {
  /** Look again after this long. */
  againMs?: number;
  /** `retry`: by the object's own back-off. `gone`: the resource is not there any more. */
  outcome: 'done' | 'wait' | 'retry' | 'stalled' | 'gone';
}

/** Echoes a request in status: it was acted on, or refused for good. */
export function echo(pass: Pass, name: TokenName): void {
  const value = pass.fired.get(name);
  if (value !== undefined) pass.draft.status.tokens = { ...pass.draft.status.tokens, [name]: value };
  pass.fired.delete(name);
}

/** A short write must end this long before the lease does; milliseconds. */
export const WRITE_MS = 8_000;
/** Of a call that the server may hold open, only the sending must fit. */
export const SEND_MS = 5_000;

/** Whether the object is to be made as the spec says, not only looked at. */
export function enforces({ policies }: GatheredPass): boolean {
  return policies.managementPolicy === 'Enforce';
}

/** Who holds all writes, in words for a condition; undefined when nobody does. */
export function suspendedBy({ resource, gathered }: GatheredPass): string | undefined {
  return resource.spec.suspend === true ? 'suspended' : gathered.scope.suspendedBy;
}
