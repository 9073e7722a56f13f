import type { Clock } from '../ports/clock.ts';
import { createDueQueue } from './dueQueue.ts';

/** Reads handed out in turn, so many a minute, however many ids there are. */
export interface Turns {
  start(): void;
  stop(): void;
  /** Takes an id in; `lastReadAt`: wall ms, when it is known. Nothing happens for one that is in. */
  add(id: string, lastReadAt?: number): void;
  remove(id: string): void;
  /** The id was read just now, in its turn or not. */
  touched(id: string): void;
  /** Asks for a turn in `ms` or as soon after as the rate allows, ahead of the others; replaces an earlier request. */
  soon(id: string, ms: number): void;
  /** Takes such a request back. */
  calm(id: string): void;
  /** No turns for so many milliseconds. */
  pause(ms: number): void;
  /** The longest time that an id was not read; counted from `add` for one that never was. */
  oldestAgeMs(): number;
  /** How many were never read or are older than `minAgeMs`. */
  readonly waiting: number;
  readonly size: number;
}

export interface TurnsOptions {
  clock: Clock;
  perMinute: number;
  /** An id younger than this takes no turn of its own. */
  minAgeMs: number;
  /** Does the read; a turn that fails is over, and the id goes to the end. `isSoon`: it was asked for by `soon`. */
  onTurn(id: string, isSoon: boolean): Promise<void>;
}

/** Turns that may be under way at once. */
const AT_ONCE = 4;
/** Of so many turns at least one goes to those who wait in line, whatever was asked for ahead of them. */
const SHARE = 4;

interface Member {
  addedAt: number;
  readAt: number | undefined;
  turnAt: number | undefined;
  soonAt: number | undefined;
  isBusy: boolean;
}

/** Never-read ids first, then the oldest; evenly spread over the minute; one timer. All times are monotonic. */
export function createTurns({ clock, perMinute, minAgeMs, onTurn }: TurnsOptions): Turns {
  const members = new Map<string, Member>();
  const line = createDueQueue();
  const ahead = createDueQueue();
  const gapMs = 60_000 / perMinute;
  let isLive = false;
  let slotAt = 0;
  let busy = 0;
  let aheadInRow = 0;
  let timer: { at: number; cancel: () => void } | undefined;

  function place(id: string, member: Member): void {
    if (member.isBusy) return;
    const isNew = member.readAt === undefined && member.turnAt === undefined;
    const lastAt = Math.max(member.readAt ?? -Infinity, member.turnAt ?? -Infinity);
    line.set(id, isNew ? -Infinity : lastAt + minAgeMs);
    if (member.soonAt === undefined) ahead.delete(id);
    else ahead.set(id, member.soonAt);
    arm();
  }

  function arm(): void {
    if (!isLive || busy >= AT_ONCE) return;
    const first = Math.min(line.peek()?.key ?? Infinity, ahead.peek()?.key ?? Infinity);
    if (first === Infinity) return;
    const at = Math.max(slotAt, first);
    if (timer && timer.at <= at) return;
    timer?.cancel();
    timer = { at, cancel: clock.after(Math.ceil(Math.max(0, at - clock.monotonic())), fire) };
  }

  function fire(): void {
    timer = undefined;
    const now = clock.monotonic();
    const next = now >= slotAt && busy < AT_ONCE ? pick(now) : undefined;
    if (next) {
      slotAt = now + gapMs;
      void take(next.id, next.isSoon, now);
    }
    arm();
  }

  function pick(now: number): { id: string; isSoon: boolean } | undefined {
    const inLine = ready(line.peek(), now);
    const inFront = ready(ahead.peek(), now);
    if (inFront !== undefined && (inLine === undefined || aheadInRow < SHARE - 1)) {
      aheadInRow++;
      return { id: inFront, isSoon: true };
    }
    aheadInRow = 0;
    return inLine === undefined ? undefined : { id: inLine, isSoon: false };
  }

  async function take(id: string, isSoon: boolean, now: number): Promise<void> {
    const member = members.get(id)!;
    member.isBusy = true;
    if (isSoon) member.soonAt = undefined;
    else member.turnAt = now;
    line.delete(id);
    ahead.delete(id);
    busy++;
    await onTurn(id, isSoon).catch(() => {});
    busy--;
    member.isBusy = false;
    if (members.get(id) === member) place(id, member);
    arm();
  }

  const ageOf = (member: Member) => clock.monotonic() - (member.readAt ?? member.addedAt);

  const change = (id: string, to: Partial<Member>) => {
    const member = members.get(id);
    if (member) place(id, Object.assign(member, to));
  };

  return {
    start() {
      isLive = true;
      arm();
    },
    stop() {
      isLive = false;
      timer?.cancel();
      timer = undefined;
    },
    add(id, lastReadAt) {
      if (members.has(id)) return;
      const now = clock.monotonic();
      const readAt = lastReadAt === undefined ? undefined : now - Math.max(0, clock.now() - lastReadAt);
      const member = { addedAt: now, readAt, turnAt: undefined, soonAt: undefined, isBusy: false };
      members.set(id, member);
      place(id, member);
    },
    remove(id) {
      members.delete(id);
      line.delete(id);
      ahead.delete(id);
    },
    touched: (id) => change(id, { readAt: clock.monotonic() }),
    soon: (id, ms) => change(id, { soonAt: clock.monotonic() + Math.ceil(ms) }),
    calm: (id) => change(id, { soonAt: undefined }),
    pause(ms) {
      slotAt = Math.max(slotAt, clock.monotonic() + ms);
    },
    oldestAgeMs() {
      let oldest = 0;
      for (const member of members.values()) oldest = Math.max(oldest, ageOf(member));
      return oldest;
    },
    get waiting() {
      let count = 0;
      for (const member of members.values()) if (member.readAt === undefined || ageOf(member) >= minAgeMs) count++;
      return count;
    },
    get size() {
      return members.size;
    },
  };
}

function ready(first: { id: string; key: number } | undefined, now: number): string | undefined {
  return first && first.key <= now ? first.id : undefined;
}
