import type { Logger } from '../../ports/logger.ts';
import { Fenced } from '../blocked.ts';
import { mergeConditions } from '../conditions.ts';
import type { Draft } from '../draft.ts';
import type { IntentMemory } from '../intentAge.ts';
import { type EngineDeps, type PassResult, WRITE_MS } from '../pass.ts';
import type { Resource } from '../resource.ts';
import type { OpenCalls } from './calls.ts';
import type { RunKind, RunSpec, RunStatus } from './model.ts';
import { conditionsOfRun, type RunVerdict } from './verdict.ts';

/** What runs need of their surroundings; `app` wires it. */
export interface RunDeps
  extends Pick<EngineDeps, 'clock' | 'random' | 'logger' | 'kube' | 'record' | 'mayWrite' | 'get' | 'wake'> {
  /** Runs for which `RunKind.targetKey` or the target in status is this one. */
  runsOf(key: string): Resource[];
  /** Deletes this very object. */
  remove(resource: Resource): Promise<void>;
  meter: RunMeter;
}

export interface RunMeter {
  /** `waitedMs`: from the creation of the resource to the call. */
  started(waitedMs: number): void;
  finished(reason: string, tookMs: number | undefined): void;
}

/** What is remembered of one run between passes; losing it costs a look. */
export interface RunMemory extends IntentMemory {
  uid: string;
  /** Under which names others wait for the same target. */
  keys: string[];
  /** Time of an intent whose call was certainly not made by this process, and will not be. */
  unsent?: string;
  /** Until the next look. */
  delayMs: number;
  /** When something last showed that the target runs, ms since the epoch. */
  activeAt?: number;
  /** Since when it cannot be looked at, or its state be read. */
  blindSince?: number;
  unreadableSince?: number;
  /** Since when its target is not there any more. */
  goneSince?: number;
  /** Nothing can cancel it here. */
  cannotCancel?: boolean;
  /** When this process last asked to cancel it, ms since the epoch, and how often in a row that certainly did nothing. */
  cancelledAt?: number;
  cancelsRefused?: number;
}

export interface RunPass {
  deps: RunDeps;
  kind: RunKind;
  calls: OpenCalls;
  /** Targets for which a start is being written down, with who does it: two workers must not start one at the same time. */
  starting: Map<string, string>;
  resource: Resource;
  spec: RunSpec;
  draft: Draft;
  status: RunStatus;
  memory: RunMemory;
  logger: Logger;
}

/** Saves what differs, if this process may still write and nobody has changed the object: a late reply never overwrites news. */
export async function save(pass: RunPass): Promise<void> {
  if (!pass.draft.dirty) return;
  if (!pass.deps.mayWrite(WRITE_MS)) throw new Fenced('the lease is lost or about to end');
  await pass.draft.save({ fenced: true });
}

/** Sets the conditions and saves. */
export async function report(pass: RunPass, verdict: RunVerdict, result: PassResult): Promise<PassResult> {
  const { resource, status, deps, logger } = pass;
  const { generation } = resource.metadata;
  const previous = resource.status?.conditions ?? [];
  const before = previous.find(({ type }) => type === 'Finished');
  status.conditions = mergeConditions(previous, conditionsOfRun(verdict), generation, deps.clock.now());
  status.observedGeneration = generation;
  await save(pass);
  if (before?.reason !== verdict.reason) logger.info({ reason: verdict.reason, run: status.runId }, verdict.message);
  return result;
}

/** The keys under which others wait for the same target. */
export function claimOf({ id, serverIdentity }: { id: string; serverIdentity: string }): string {
  return `${serverIdentity}|${id}`;
}

export function createdAt({ metadata }: Resource): number {
  return Date.parse(metadata.creationTimestamp);
}
