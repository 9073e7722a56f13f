import { blamed } from './blame.ts';
import type { Verdict } from './conditions.ts';
import { classify, type Failure } from './failure.ts';
import type { GatheredPass } from './pass.ts';
import type { RemoteError } from './remote.ts';
import { STALE_MS } from './report.ts';
import { MISSING_MS } from './verdict.ts';

/** How long a busy object is waited for before a person is asked, and how often it is tried; milliseconds. */
const BUSY_MS = 30 * 60_000;
const BUSY_AGAIN_MS = 30_000;
/** The same words for every such reply, so that waiting writes nothing. */
const THROTTLED =
  'the server asks to wait (429, or 503 with Retry-After), and nothing was done; lower spec.limits of the SyncServer if that lasts';

export interface Failed {
  failure: Failure;
  verdict: Verdict;
  /** Undefined: by the object's own back-off. */
  againMs?: number;
}

/** What a failed call means for this object: the class of the table of failures, and what to say (design §5). */
export function explainFailure(pass: GatheredPass, error: RemoteError, settled: boolean): Failed {
  const { scope, hooks } = pass.gathered;
  const now = pass.deps.clock.now();
  const id = pass.draft.status.id;
  const run = id === undefined ? undefined : hooks?.running?.(id);
  const failure = classify(error.outcome, error.access, {
    referenceChanged: scope.referenceChangedAt !== undefined && now - scope.referenceChangedAt < scope.lagGraceMs,
    running: run?.running === true,
    words: error.words,
    probe: false,
    creating: id === undefined,
    itemKnown: id !== undefined,
  });
  const message = error.message;
  switch (failure.class) {
    case 'foreign':
      return stalled(
        failure,
        'ForeignReply',
        `${message}; check spec.url, spec.apiPath and any proxy of the SyncServer`,
      );
    case 'throttled':
      return waiting(failure, 'Throttled', THROTTLED, failure.retryAfterMs);
    case 'unauthorised':
      return waiting(failure, 'Unauthorised', `${message}; the SyncServer's token is not accepted`);
    case 'forbidden':
      return stalled(
        failure,
        'Forbidden',
        `${message}; give the token's user the rights for it, then ask for a reconcile, or wait an hour`,
      );
    case 'busy':
      return busy(failure, message, run?.running ? run.what : undefined);
    case 'nameTaken':
      return nameTaken(failure, message);
    case 'gone':
      return waiting(failure, 'RemoteGone', message);
    case 'missing': {
      const stallMessage = `${message}; if what the object lies in was removed in Sync, remove its resource or make it again`;
      const verdict = {
        state: 'progressing',
        reason: 'PlaceNotFound',
        message,
        stallMessage,
        stallAfterMs: MISSING_MS,
      } as const;
      return { failure, verdict };
    }
    case 'invalid':
      return stalled(failure, 'Refused', `${message}; correct ${refusedPart(pass, error)}, or what it refers to`);
    case 'unsupported':
      return stalled(
        failure,
        'Unsupported',
        `${message}; if the server has it elsewhere, say so in the SyncServer's spec.routes`,
      );
    case 'ambiguous':
      return waiting(
        failure,
        'OutcomeUnknown',
        `${message}; whether it was done is looked up before it is tried again`,
      );
    case 'circuitOpen':
      return unseen(pass, failure, {
        settled,
        message,
        reason: 'ServerUnreachable',
        againMs: failure.retryAfterMs ?? 30_000,
      });
    case 'unreachable': {
      const reason = error.outcome.kind === 'unreadable' ? 'UnreadableReply' : 'ServerUnreachable';
      return unseen(pass, failure, { settled, message, reason, againMs: failure.retryAfterMs });
    }
  }
}

function refusedPart({ applying = [] }: GatheredPass, { words }: RemoteError): string {
  return blamed(applying, words) || 'the spec';
}

function stalled(failure: Failure, reason: string, message: string): Failed {
  return { failure, verdict: { state: 'stalled', reason, message } };
}

function waiting(failure: Failure, reason: string, message: string, againMs?: number): Failed {
  return { failure, verdict: { state: 'progressing', reason, message }, ...(againMs !== undefined && { againMs }) };
}

/** The object that has the name is looked for by every pass; one that lists never show has to be found by a person. */
function nameTaken(failure: Failure, message: string): Failed {
  const stallMessage = `${message}; no list shows the object that has the name: choose another name, or set spec.id to it`;
  const text = `${message}; looking for the object that has the name`;
  const verdict = {
    state: 'progressing',
    reason: 'NameTaken',
    message: text,
    stallMessage,
    stallAfterMs: MISSING_MS,
  } as const;
  return { failure, verdict };
}

function busy(failure: Failure, message: string, run: string | undefined): Failed {
  const what = run ? `${message} (${run})` : message;
  return {
    failure,
    verdict: {
      state: 'progressing',
      reason: 'RemoteBusy',
      message: `${what}; the change goes when the run ends`,
      stallAfterMs: BUSY_MS,
      stallMessage: `${what}; it has been busy for 30 minutes: cancel the run in Sync, or set busyPolicy: Cancel`,
    },
    againMs: failure.retryAfterMs ?? BUSY_AGAIN_MS,
  };
}

/** Nothing can be seen: what is settled stays as it is, until it is too old to claim. */
function unseen(
  { memory, deps }: GatheredPass,
  failure: Failure,
  { settled, message, reason, againMs }: { settled: boolean; message: string; reason: string; againMs?: number },
): Failed {
  const again = againMs === undefined ? {} : { againMs };
  // An outage passes; a reply that cannot be read is for a person to look at.
  const stall = reason === 'UnreadableReply' && { stallAfterMs: MISSING_MS };
  if (!settled) return { failure, verdict: { state: 'progressing', reason, message, ...stall }, ...again };
  const now = deps.clock.now();
  memory.unseenSince ??= now;
  return { failure, verdict: { state: 'unseen', message, stale: now - memory.unseenSince >= STALE_MS }, ...again };
}
