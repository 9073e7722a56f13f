import type { Clock } from '../../ports/clock.ts';
import { classify } from '../failure.ts';
import { RemoteError } from '../remote.ts';
import type { RemoteRun } from './model.ts';

/** The start of one attempt, which the remote side may hold open until the run ends. */
export interface OpenCall {
  /** The time of the intent that it carries out. */
  at: string;
  openedAt: number;
  /** What came of it; undefined while it is open. */
  answer?: Answer;
  /** The answer was taken in by a pass. */
  heeded?: boolean;
}

export type Answer =
  /** It runs. */
  | { kind: 'accepted'; run: RemoteRun }
  /** Nothing was started, and another time it may be. `busy`: a run of somebody else goes on. */
  | { kind: 'notStarted'; reason: string; message: string; busy: boolean; againMs?: number }
  /** Nothing was started, and nothing will be. */
  | { kind: 'refused'; reason: 'Refused' | 'Forbidden' | 'Unsupported'; message: string }
  /** Nobody knows. */
  | { kind: 'unclear'; message: string };

/** Calls that outlive the pass that made them. Lost with the process; their intents are not. */
export interface OpenCalls {
  /** Makes the call; `settled` is called once its outcome is there. */
  open(uid: string, at: string, call: () => Promise<RemoteRun>, settled: () => void): void;
  of(uid: string): OpenCall | undefined;
  forget(uid: string): void;
}

export function createOpenCalls(clock: Clock): OpenCalls {
  const calls = new Map<string, OpenCall>();
  return {
    open(uid, at, make, settled) {
      const call: OpenCall = { at, openedAt: clock.now() };
      calls.set(uid, call);
      const settle = (answer: Answer) => {
        call.answer = answer;
        if (calls.get(uid) === call) settled();
      };
      make().then(
        (run) => settle({ kind: 'accepted', run }),
        (error: unknown) => settle(answerOf(error)),
      );
    },
    of: (uid) => calls.get(uid),
    forget: (uid) => void calls.delete(uid),
  };
}

/** What a failed start amounts to: what may have started is never taken for not started. */
export function answerOf(error: unknown): Answer {
  if (!(error instanceof RemoteError)) {
    return { kind: 'unclear', message: error instanceof Error ? error.message : String(error) };
  }
  const { outcome, access, words, message } = error;
  // Who wants to start something that exists meets a conflict only because it runs: what is 'nameTaken' elsewhere is busy here.
  const known = { referenceChanged: false, running: false, words, probe: false, creating: true, itemKnown: true };
  const failure = classify(outcome, access, known);
  const later = (reason: string, busy = false): Answer => {
    return {
      kind: 'notStarted',
      reason,
      message,
      busy,
      ...(failure.retryAfterMs && { againMs: failure.retryAfterMs }),
    };
  };
  switch (failure.class) {
    case 'busy':
    case 'nameTaken':
      return later('WaitingForTarget', true);
    case 'throttled':
      return later('Throttled');
    case 'unauthorised':
      return later('Unauthorised');
    case 'unreachable':
    case 'circuitOpen':
      return later('ServerUnreachable');
    case 'gone':
    case 'missing':
      return later('RemoteGone');
    case 'forbidden':
      return { kind: 'refused', reason: 'Forbidden', message };
    case 'invalid':
      // A reply that succeeded and tells of an error may be about a run that began and failed.
      if (outcome.kind === 'errorInSuccess') return { kind: 'unclear', message };
      return { kind: 'refused', reason: 'Refused', message };
    case 'unsupported':
      return { kind: 'refused', reason: 'Unsupported', message };
    case 'foreign':
    case 'ambiguous':
      return { kind: 'unclear', message };
  }
}
