import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { SyncError } from './errors.ts';

const FAILURES = 3;
const OPERATIONS = 2;
const FIRST_OPEN_MS = 5_000;
const MAX_OPEN_MS = 60_000;

/** Is the server worth a call? Shared by all clients of an origin. */
export interface Breaker {
  /**
   * Undefined: go ahead. A number: do not send, ask again after so many ms. When its time is over, the first to ask makes the one
   * probe and everybody waits for it. `probe` resolves to whether the server answered; it never rejects.
   */
  enter(probe: () => Promise<boolean>): Promise<number | undefined>;
  /** A connection or TLS failure, or 502 to 504. Resolves when the breaker has made up its mind. */
  failed(failure: SyncError, probe: () => Promise<boolean>): Promise<void>;
  /** Any other answer: the server is there. */
  answered(): void;
  readonly open: boolean;
  /** The newest failure; undefined once the server has answered. */
  readonly failure: SyncError | undefined;
}

export interface BreakerDeps {
  clock: Clock;
  random: Random;
  onChange(open: boolean): void;
}

/** Opens after three failures in a row over at least two operations, once the probe has failed too (design, §6). */
export function createBreaker({ clock, random, onChange }: BreakerDeps): Breaker {
  const failing = new Set<string>();
  let failures = 0;
  let newest: SyncError | undefined;
  let openUntil: number | undefined;
  let openMs = FIRST_OPEN_MS;
  let probing: Promise<boolean> | undefined;

  const close = () => {
    failing.clear();
    failures = 0;
    newest = undefined;
    openMs = FIRST_OPEN_MS;
    if (openUntil === undefined) return;
    openUntil = undefined;
    onChange(false);
  };
  const reopen = () => {
    const opening = openUntil === undefined;
    openUntil = clock.monotonic() + openMs * (0.8 + 0.4 * random.next());
    openMs = Math.min(MAX_OPEN_MS, openMs * 2);
    if (opening) onChange(true);
  };
  const confirm = (probe: () => Promise<boolean>) => {
    probing ??= probe().then((up) => {
      probing = undefined;
      if (up) close();
      else reopen();
      return up;
    });
    return probing;
  };
  const remaining = () => Math.max(1, Math.ceil(openUntil! - clock.monotonic()));

  return {
    get open() {
      return openUntil !== undefined;
    },
    get failure() {
      return newest;
    },
    answered: () => {
      // While open only the probe decides: an answer to an older call says nothing about now.
      if (openUntil === undefined) close();
    },
    async failed(failure, probe) {
      newest = failure;
      if (openUntil !== undefined) return;
      failing.add(failure.operation);
      failures++;
      if (failures >= FAILURES && failing.size >= OPERATIONS) await confirm(probe);
    },
    async enter(probe) {
      if (openUntil === undefined) return undefined;
      if (clock.monotonic() < openUntil) return remaining();
      return (await confirm(probe)) ? undefined : remaining();
    },
  };
}
