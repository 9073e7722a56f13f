import { formatDuration, parseDuration } from '../../api/duration.ts';
import type { SyncJobSpec } from '../../api/syncJob.ts';
import { isoSeconds } from '../../engine/conditions.ts';
import type { KindReport } from '../../engine/kind.ts';
import type { RunRecord } from '../../sync/models/records.ts';

export interface FreshnessInput {
  freshness: NonNullable<SyncJobSpec['freshness']>;
  /** The newest run that is known to have succeeded. */
  lastSuccess: Pick<RunRecord, 'startedAt' | 'endedAt' | 'records'> | undefined;
  /** When the history was last read, ms since the epoch; undefined: not since the operator began. */
  readAt: number | undefined;
  /** Since when there could have been a run, ms since the epoch. */
  since: number;
  now: number;
}

export interface Freshness {
  condition: KindReport['conditions'][number];
  /** When it may turn, milliseconds from now. */
  againMs?: number;
}

/** How old a reading may be and still prove that nothing newer has succeeded: a tenth of the age that is allowed. */
export function marginOf(maxAgeMs: number): number {
  return Math.max(120_000, maxAgeMs / 10);
}

/** When a reading is too old to tell, look again; milliseconds. */
export const AGAIN_MS = 60_000;

/** The condition Fresh. It says False only where a reading proves it: what was not seen lately is Unknown (design §6, Run state). */
export function freshness({
  freshness: { maxAge, minRecords },
  lastSuccess,
  readAt,
  since,
  now,
}: FreshnessInput): Freshness {
  const maxAgeMs = parseDuration(maxAge);
  const lags = readAt === undefined || now - readAt > marginOf(maxAgeMs);
  const stale = (reason: string, message: string): Freshness => {
    if (!lags) return { condition: { type: 'Fresh', status: 'False', reason, message } };
    const why =
      readAt === undefined
        ? 'the run history was not read yet'
        : `the run history was not read for more than ${formatDuration(marginOf(maxAgeMs))}`;
    return { ...unknown('ReadingsLag', why), againMs: AGAIN_MS };
  };
  if (!lastSuccess) {
    const until = since + maxAgeMs - now;
    if (until > 0) return { ...unknown('NoSuccessYet', 'no successful run is known yet'), againMs: until };
    return stale('NeverSucceeded', 'no successful run is known');
  }
  const at = lastSuccess.endedAt ?? lastSuccess.startedAt;
  if (at === undefined) {
    return unknown('TimeUnknown', 'Sync tells times without an offset; set spec.timeZone of the SyncServer');
  }
  const left = at + maxAgeMs - now;
  if (left <= 0) {
    return stale('TooOld', `the last successful run ended at ${isoSeconds(at)}, longer ago than ${maxAge}`);
  }
  const { records } = lastSuccess;
  if (minRecords !== undefined && records === undefined) {
    return unknown('RecordsUnknown', 'Sync does not tell how many records the last successful run moved');
  }
  if (minRecords !== undefined && records! < minRecords) {
    return stale('TooFewRecords', `the last successful run moved ${records} records, fewer than ${minRecords}`);
  }
  const message = `the last successful run ended at ${isoSeconds(at)}`;
  return { condition: { type: 'Fresh', status: 'True', reason: 'Fresh', message }, againMs: left };
}

function unknown(reason: string, message: string): Freshness {
  return { condition: { type: 'Fresh', status: 'Unknown', reason, message } };
}
