import type { Access } from './routes.ts';

/** What came of a call that did not succeed. The engine has a type of the same shape (src/engine/remote.ts). */
export type CallOutcome =
  | {
      kind: 'transport';
      failure: 'refused' | 'dns' | 'tls' | 'connectTimeout' | 'proxy' | 'reset' | 'timeout' | 'protocol';
      /** False only when the server cannot have seen the request. */
      sent: boolean;
    }
  | { kind: 'http'; status: number; retryAfterMs?: number }
  /** Not the API: a login page, a redirect elsewhere, something that is not JSON. */
  | { kind: 'foreign' }
  /** A success status whose body is cut off, too large, or lacks what makes it usable. */
  | { kind: 'unreadable' }
  /** A success status whose body is an error. */
  | { kind: 'errorInSuccess' }
  /** No route of the operation exists on this server. */
  | { kind: 'unsupported' }
  /** Not sent: the breaker is open. */
  | { kind: 'circuitOpen'; retryAfterMs: number };

/** A call that did not succeed. `message` and `words` are scrubbed and fit for people. */
export class SyncError extends Error {
  override readonly name = 'SyncError';
  readonly operation: string;
  readonly access: Access;
  readonly outcome: CallOutcome;
  /** The server's own words, scrubbed; empty when there are none. */
  readonly words: string;
  /** Of a call that was held back: the failure for which it was. */
  declare readonly cause?: SyncError;
  constructor(operation: string, access: Access, outcome: CallOutcome, message: string, words = '', cause?: SyncError) {
    super(message, cause && { cause });
    this.operation = operation;
    this.access = access;
    this.outcome = outcome;
    this.words = words;
  }
}
