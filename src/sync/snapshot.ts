import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Missing } from './absences.ts';
import type { Entry } from './entries.ts';
import type { Entity } from './models/entity.ts';
import type { Again } from './paging.ts';
import { type Change, createPicture } from './picture.ts';
import { createPollLoop } from './pollLoop.ts';
import { createRound, type Marked } from './round.ts';
import type { TakeEntity } from './session.ts';
import type { Suspicious } from './suspicion.ts';

/** What one workspace holds of one kind, listed once for all who ask. */
export interface Collection {
  start(): void;
  stop(): void;
  /** unlisted: no list has ended yet. failing: the last one failed, and what is known may be old or, without `listedAt`, nothing. */
  readonly state: 'unlisted' | 'listed' | 'failing';
  /** Why the last list failed. */
  readonly lastError: unknown;
  /** When the last complete list began, milliseconds since the epoch; undefined before there was one. */
  readonly listedAt: number | undefined;
  readonly listing: boolean;
  readonly size: number;
  get(id: string): Entry | undefined;
  /** All that bear exactly this name. */
  byName(name: string): Entry[];
  ids(): IterableIterator<string>;
  /**
   * Waits for a list that starts after this call; callers share it. Rejects with its error, and at once while lists fail: then the
   * polling keeps its pace, whoever asks.
   */
  refresh(): Promise<void>;
  /** Waits until there is a list at all; one that is under way will do. Rejects as `refresh` does. */
  listed(): Promise<void>;
  /** An object as read back after our write. Lists that do not show it yet are not believed until `lagGraceMs` has passed. */
  wrote(entity: Entity): void;
  /** The same for an object that we made. */
  created(entity: Entity): void;
  /** We deleted it, or its item route says that it is gone. */
  removed(id: string): void;
  /** How long lists have lacked an id that is not there; the first question about an unknown id starts the count. */
  missing(id: string): Missing | undefined;
  /** Set while the last list lacks too much to be believed; what it lacks is kept as it was. */
  readonly suspicious: Suspicious | undefined;
  /** Somebody says that what is missing is really lost. */
  acceptLoss(): void;
  /** A proven item route says that this one is gone; when all that is missing is, the list is believed. */
  confirmGone(id: string): void;
}

export interface CollectionOptions {
  /** Hands on each listed object, once, unless `again` takes it; rejects unless they were all. */
  list(take: TakeEntity, signal?: AbortSignal, again?: Again): Promise<void>;
  clock: Clock;
  random: Random;
  pollIntervalMs: number;
  /** How far lists may lag behind writes. */
  lagGraceMs: number;
  /** Told of each object that a list shows, also where it need not be read again. `asOf`: when the list began, ms since the epoch. */
  onSeen?(object: Pick<Entity, 'id' | 'status'>, asOf: number): void;
  /** What really changed, in one call a list or write. */
  onChange(changes: Change[]): void;
  /** `state` or `suspicious` is another. */
  onState?(): void;
  /** Ids that our statuses name. */
  known?(): Iterable<string>;
  /** Ids whose whole object is kept. */
  keep?(id: string): boolean;
}

/** One collection of a workspace as a picture that lists and our own writes keep true (design §6, Snapshots). */
export function createCollection(options: CollectionOptions): Collection {
  const { list, clock, random, pollIntervalMs, lagGraceMs, onChange, onState } = options;
  const picture = createPicture({
    lagGraceMs,
    monotonic: () => clock.monotonic(),
    known: options.known ?? (() => []),
    keeps: options.keep ?? (() => false),
  });
  let order = 0;
  let before: Marked | undefined;
  let listing = false;
  let told = '';

  const loop = createPollLoop({ run, onSettled: tellState, clock, random, intervalMs: pollIntervalMs });

  async function run(signal: AbortSignal): Promise<void> {
    const start = { order: ++order, startedAt: clock.monotonic(), wallStartedAt: clock.now() };
    listing = true;
    try {
      const round = createRound({
        picture,
        before,
        keeps: (id) => options.keep?.(id) === true,
        onSeen: (object) => options.onSeen?.(object, start.wallStartedAt),
      });
      await list(round.take, signal, round.again);
      signal.throwIfAborted();
      before = { marked: round.marked, paths: round.paths };
      tell(picture.apply({ ...start, ...round }));
    } finally {
      listing = false;
    }
  }

  function tell(changes: Change[]): void {
    if (changes.length > 0) onChange(changes);
  }

  function tellState(): void {
    const { now } = picture.suspicion;
    const state = `${collection.state} ${now ? `${now.missing} of ${now.known}` : ''}`;
    if (state === told) return;
    told = state;
    onState?.();
  }

  const wrote = (entity: Entity) => tell(picture.wrote(entity, ++order, clock.monotonic()));

  /** Lets go of what was only kept because the list was not believed. */
  const letGo = (ids: Iterable<string>) => {
    tell([...ids].flatMap((id) => picture.drop(id)));
    tellState();
  };

  const collection: Collection = {
    start: () => loop.start(),
    stop: () => loop.stop(),
    get state() {
      if (loop.failure) return 'failing';
      return picture.last ? 'listed' : 'unlisted';
    },
    get lastError() {
      return loop.failure?.error;
    },
    get listedAt() {
      return picture.last?.wallStartedAt;
    },
    get listing() {
      return listing;
    },
    get size() {
      return picture.entries.size;
    },
    get: (id) => picture.entries.get(id),
    byName: (name) => picture.entries.byName(name),
    ids: () => picture.entries.ids(),
    refresh: () => loop.refresh(),
    listed: () => (picture.last ? Promise.resolve() : loop.join()),
    wrote,
    created: wrote,
    removed(id) {
      tell(picture.removed(id, ++order, clock.monotonic()));
      tellState();
    },
    missing(id) {
      if (picture.entries.get(id) || picture.suspicion.now?.ids.has(id)) return undefined;
      if (!picture.absences.has(id) && picture.last) picture.absences.begin(id, picture.last);
      return picture.absences.get(id);
    },
    get suspicious() {
      return picture.suspicion.now;
    },
    acceptLoss() {
      const ids = picture.suspicion.now?.ids ?? [];
      picture.suspicion.acceptLoss();
      letGo(ids);
    },
    confirmGone(id) {
      if (!picture.suspicion.now?.ids.has(id)) return;
      picture.suspicion.confirmGone(id);
      letGo([id]);
    },
  };
  return collection;
}
