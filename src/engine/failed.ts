import type { Verdict } from './conditions.ts';
import { classify, type Failure } from './failure.ts';
import type { GatheredPass } from './pass.ts';
import type { RemoteError } from './remote.ts';

/** How long a busy object is waited for before a person is asked, and how often it is tried; milliseconds. */
const BUSY_MS = 30 * 60_000;
const BUSY_AGAIN_MS = 30_000;
/** A read that is refused may be tried again: what it is about may come back. */
const REFUSED_READ_MS = 300_000;

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
      return waiting(failure, 'Throttled', message, failure.retryAfterMs ?? 5_000);
    case 'unauthorised':
      return waiting(failure, 'Unauthorised', `${message}; the SyncServer's token is not accepted`, 30_000);
    case 'forbidden':
      return stalled(
        failure,
        'Forbidden',
        `${message}; give the token's user the rights for it, then ask for a reconcile`,
      );
    case 'busy':
      return busy(failure, message, run?.what);
    case 'nameTaken':
      return waiting(failure, 'NameTaken', `${message}; looking for the object that has the name`, 5_000);
    case 'gone':
      return waiting(failure, 'RemoteGone', message, 1_000);
    case 'invalid': {
      const refused = stalled(failure, 'Refused', `${message}; correct the spec, or what it refers to`);
      return error.access === 'read' ? { ...refused, againMs: REFUSED_READ_MS } : refused;
    }
    case 'unsupported':
      return stalled(
        failure,
        'Unsupported',
        `${message}; if the server has it elsewhere, say so in the SyncServer's spec.routes`,
      );
    case 'ambiguous':
      return { failure, verdict: { state: 'progressing', reason: 'OutcomeUnknown', message } };
    case 'circuitOpen':
      return unseen(failure, settled, message, failure.retryAfterMs ?? 30_000);
    case 'unreachable':
      return unseen(failure, settled, message, failure.retryAfterMs);
  }
}

function stalled(failure: Failure, reason: string, message: string): Failed {
  return { failure, verdict: { state: 'stalled', reason, message } };
}

function waiting(failure: Failure, reason: string, message: string, againMs: number): Failed {
  return { failure, verdict: { state: 'progressing', reason, message }, againMs };
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

function unseen(failure: Failure, settled: boolean, message: string, againMs: number | undefined): Failed {
  if (settled) return { failure, verdict: { state: 'unseen', message, stale: false }, ...(againMs && { againMs }) };
  return {
    failure,
    verdict: { state: 'progressing', reason: 'ServerUnreachable', message },
    ...(againMs && { againMs }),
  };
}
