/** Ends a pass before anything was observed: something that it needs is not there or not usable. */
export class Blocked extends Error {
  override readonly name = 'Blocked';
  readonly reason: string;
  /** The user must change something: no wait can help. */
  readonly stalled: boolean;
  /** Nothing can be said about the object yet (its server was not looked at): what is settled stays as it is. */
  readonly unseen: boolean;
  /** Nothing tells when it is there: look again after this long, milliseconds. */
  readonly againMs: number | undefined;
  constructor(reason: string, message: string, how: 'stalled' | 'unseen' | boolean = false, againMs?: number) {
    super(message);
    this.reason = reason;
    this.stalled = how === 'stalled' || how === true;
    this.unseen = how === 'unseen';
    this.againMs = againMs;
  }
}

/** Ends a pass because this process may no longer write: the lease is gone or too short. */
export class Fenced extends Error {
  override readonly name = 'Fenced';
}
