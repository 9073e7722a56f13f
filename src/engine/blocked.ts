/** Ends a pass before anything was observed: something that it needs is not there or not usable. */
export class Blocked extends Error {
  override readonly name = 'Blocked';
  readonly reason: string;
  /** The user must change something: no wait can help. */
  readonly stalled: boolean;
  constructor(reason: string, message: string, stalled = false) {
    super(message);
    this.reason = reason;
    this.stalled = stalled;
  }
}

/** Ends a pass because this process may no longer write: the lease is gone or too short. */
export class Fenced extends Error {
  override readonly name = 'Fenced';
}
