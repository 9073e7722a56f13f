import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { RunState } from './decode.ts';
import { nextDue } from './due.ts';
import type { RunRecord, TaskRunRecord } from './models/records.ts';
import { beginChase, type Chase, FIRST_MS, nextChase, possible, type RunRead, type RunReads } from './runChase.ts';
import type { HistoryOrder } from './runHistory.ts';
import { isSameView, type Known, type RunView, withHistory, withStatus } from './runView.ts';
import { createTurns } from './turns.ts';

/** The runs of a server's jobs, transformations and pipelines, read by need and in turn within one fixed rate. */
export interface RunTracker {
  start(): void;
  stop(): void;
  /** Reads the runs of this one from now on; again with another schedule when that has changed. */
  follow(id: string, schedule?: RunSchedule): void;
  unfollow(id: string): void;
  /** A run was just started, or something says so: read soon, and until it is over. */
  expectRun(id: string): void;
  /** The status word of a list that began at `asOf` (wall ms). As long as lists tell it, status calls are left out. */
  sawStatus(id: string, word: string, asOf: number): void;
  /** What is known; undefined for one that is not followed. `nextRun` only where the due time is certain. */
  view(id: string): (RunView & { nextRun?: number }) | undefined;
  /** How long the history that was longest unread has not been read: a run may go unseen that long. */
  worstLatencyMs(): number;
  /** How many histories were never read or are due in turn. */
  readonly waiting: number;
}

/** The runs of one kind of object. */
export type RunsOfKind = Pick<RunTracker, 'follow' | 'unfollow' | 'expectRun' | 'sawStatus' | 'view'>;

/** The part of a tracker whose ids begin with `<group>/`, by the ids without it. */
export function runsOfGroup(tracker: RunTracker, group: string): RunsOfKind {
  return {
    follow: (id, schedule) => tracker.follow(`${group}/${id}`, schedule),
    unfollow: (id) => tracker.unfollow(`${group}/${id}`),
    expectRun: (id) => tracker.expectRun(`${group}/${id}`),
    sawStatus: (id, word, asOf) => tracker.sawStatus(`${group}/${id}`, word, asOf),
    view: (id) => tracker.view(`${group}/${id}`),
  };
}

export interface RunSchedule {
  cron?: string;
  enabled?: boolean;
  /** In place of the tracker's. */
  zone?: string;
}

export interface RunTrackerOptions {
  /** Which API an id belongs to: what one of them lacks, the others may have. One for all when absent. */
  groupOf?(id: string): string;
  /** Each rejects with an error whose `outcome.kind` is `unsupported` when the server has no such operation. One call each. */
  status(id: string): Promise<RunRecord>;
  history(id: string): Promise<RunRecord[]>;
  /** The tasks of the last run, where records do not carry them. */
  taskRuns?(id: string, run: RunRecord): Promise<TaskRunRecord[]>;
  stateOf(word: string): RunState;
  clock: Clock;
  random: Random;
  limits: { runReadsPerMinute: number };
  /** Something other than `readAt` is new. */
  onChange(id: string): void;
  zone: string | undefined;
}

/** How long a list's status word is good for: three polls. */
const LIST_WORD_MS = 180_000;
/** How long a refusal is remembered. */
const REFUSAL_MS = 3_600_000;
/** A history is read in turn no more often than this. */
const HISTORY_AGE_MS = 60_000;
/** A run that is due is looked for this much later, so that it can have begun. */
const DUE_DELAY_MS = 2_000;
/** How far the server's clock may be behind ours for its run to count as the one that was due. */
const SKEW_MS = 10_000;

interface Followed {
  group: string;
  schedule: RunSchedule;
  known: Known;
  chase?: Chase;
  dueAt?: number;
  word?: string;
  /** Monotonic. */
  wordAt?: number;
  /** When the last read began, wall ms. */
  askedAt: number;
}

/** Follows what runs; see design §6, Run state. Reads a minute are bounded by the limit, whatever the number of ids. */
export function createRunTracker(options: RunTrackerOptions): RunTracker {
  const { clock, random, onChange, groupOf = () => '' } = options;
  const followed = new Map<string, Followed>();
  /** By group and read, monotonic. */
  const refusedUntil = new Map<string, number>();
  const orders = new Map<string, HistoryOrder>();
  const perMinute = options.limits.runReadsPerMinute;
  const turns = createTurns({ clock, perMinute, minAgeMs: HISTORY_AGE_MS, onTurn });

  const can = ({ group }: Followed, read: RunRead) =>
    clock.monotonic() >= (refusedUntil.get(`${group} ${read}`) ?? -Infinity);
  const readsOf = (one: Followed): RunReads => ({
    status: can(one, 'status'),
    history: can(one, 'history'),
    tasks: options.taskRuns !== undefined && can(one, 'tasks'),
    listTells: one.wordAt !== undefined && clock.monotonic() - one.wordAt < LIST_WORD_MS,
  });

  async function onTurn(id: string, isSoon: boolean): Promise<void> {
    const one = followed.get(id)!;
    if (isSoon && !one.chase) {
      const dueAt = one.dueAt ?? clock.now();
      setDue(one);
      if ((one.known.view.lastRun?.startedAt ?? -Infinity) >= dueAt - SKEW_MS) return plan(id, one, undefined);
      one.chase = beginChase('due', one.known.view, readsOf(one), clock.monotonic());
    }
    const reads = readsOf(one);
    if (!reads.status && !reads.history) {
      // Nothing can be read at all: no turns until it is worth another try.
      if ([...followed.values()].every((other) => !can(other, 'status') && !can(other, 'history'))) {
        turns.pause(Math.min(...refusedUntil.values()) - clock.monotonic());
      }
      one.chase = undefined;
      return plan(id, one, undefined);
    }
    const want = possible(isSoon && one.chase ? one.chase.want : 'history', reads);
    const before = one.known.view;
    const read = await readOnce(id, one, want);
    if (followed.get(id) !== one) return;
    const { view } = one.known;
    // A turn in line says nothing of what is being chased, unless it shows that something has begun or ended.
    const isNews = isSoon || !one.chase || before.running !== view.running;
    if (isNews) plan(id, one, nextChase(one.chase, read, before, view, readsOf(one), clock.monotonic()));
    if (!isSameView(before, view)) onChange(id);
  }

  /** One read; what came of it, or undefined when it failed. */
  async function readOnce(id: string, one: Followed, want: RunRead): Promise<RunRead | undefined> {
    one.askedAt = clock.now();
    try {
      if (want === 'status') await readStatus(id, one);
      else if (want === 'history') await readHistory(id, one);
      else await readTasks(id, one);
      return want;
    } catch (error) {
      if (isUnsupported(error)) refusedUntil.set(`${one.group} ${want}`, clock.monotonic() + REFUSAL_MS);
      return undefined;
    }
  }

  async function readStatus(id: string, one: Followed): Promise<void> {
    const { askedAt } = one;
    const status = await options.status(id);
    const isAll = !can(one, 'history');
    one.known = withStatus(one.known, status, isAll);
    if (isAll) markRead(id, one, askedAt);
  }

  async function readHistory(id: string, one: Followed): Promise<void> {
    const { askedAt } = one;
    const runs = await options.history(id);
    const { status, listTells } = readsOf(one);
    const { known, learned } = withHistory(one.known, runs, orders.get(one.group), status || listTells);
    one.known = known;
    if (learned && !orders.has(one.group)) orders.set(one.group, learned);
    markRead(id, one, askedAt);
  }

  async function readTasks(id: string, one: Followed): Promise<void> {
    const run = one.known.view.lastRun;
    if (!run || !options.taskRuns) return;
    const taskRuns = await options.taskRuns(id, run);
    if (one.known.view.lastRun === run) one.known = { ...one.known, view: { ...one.known.view, taskRuns } };
  }

  function markRead(id: string, one: Followed, askedAt: number): void {
    one.known = { ...one.known, view: { ...one.known.view, readAt: askedAt } };
    if (followed.get(id) === one) turns.touched(id);
  }

  /** Sets what comes next: the chase, else the due time, else nothing but the turn in line. */
  function plan(id: string, one: Followed, next: { chase: Chase; inMs: number } | undefined): void {
    one.chase = next?.chase;
    if (next) turns.soon(id, next.inMs * (0.9 + 0.2 * random.next()));
    else if (one.dueAt !== undefined) turns.soon(id, Math.max(0, one.dueAt + DUE_DELAY_MS - clock.now()));
    else turns.calm(id);
  }

  function setDue(one: Followed): void {
    const { cron, enabled, zone } = one.schedule;
    one.dueAt = cron && enabled !== false ? nextDue(cron, zone ?? options.zone, clock.now()) : undefined;
  }

  return {
    start: () => turns.start(),
    stop: () => turns.stop(),
    follow(id, schedule = {}) {
      const old = followed.get(id);
      if (old && isSameSchedule(old.schedule, schedule)) return;
      const one = old ?? { group: groupOf(id), schedule, known: { view: { running: undefined } }, askedAt: -Infinity };
      one.schedule = schedule;
      setDue(one);
      followed.set(id, one);
      turns.add(id);
      if (!one.chase) plan(id, one, undefined);
    },
    unfollow(id) {
      followed.delete(id);
      turns.remove(id);
    },
    expectRun(id) {
      const one = followed.get(id);
      if (!one) return;
      const chase = beginChase('expected', one.known.view, readsOf(one), clock.monotonic());
      plan(id, one, { chase, inMs: FIRST_MS });
    },
    sawStatus(id, word, asOf) {
      const one = followed.get(id);
      if (!one || asOf < one.askedAt) return;
      const before = one.known.view;
      const isNewWord = one.word !== undefined && one.word !== word;
      one.word = word;
      one.wordAt = clock.monotonic();
      const record: RunRecord = { state: options.stateOf(word), rawStatus: word, words: '', tasks: [] };
      one.known = withStatus(one.known, record, !can(one, 'history'));
      const { view } = one.known;
      if (before.running !== view.running || isNewWord) {
        const hasEnded = view.running !== true && (before.running === true || isNewWord);
        const reads = readsOf(one);
        if (hasEnded) plan(id, one, { chase: beginChase('ended', before, reads, clock.monotonic()), inMs: 0 });
        else if (view.running === true && one.chase?.why !== 'expected') plan(id, one, undefined);
      }
      if (!isSameView(before, view)) onChange(id);
    },
    view(id) {
      const one = followed.get(id);
      if (!one) return undefined;
      const isAhead = one.dueAt !== undefined && one.dueAt > clock.now();
      return { ...one.known.view, ...(isAhead && { nextRun: one.dueAt }) };
    },
    worstLatencyMs: () => turns.oldestAgeMs(),
    get waiting() {
      return turns.waiting;
    },
  };
}

function isSameSchedule(a: RunSchedule, b: RunSchedule): boolean {
  return a.cron === b.cron && a.enabled === b.enabled && a.zone === b.zone;
}

/** The shape of the client's errors, without their class. */
function isUnsupported(error: unknown): boolean {
  const { outcome } = (error ?? {}) as { outcome?: { kind?: unknown } };
  return outcome?.kind === 'unsupported';
}
