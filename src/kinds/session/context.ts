import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import type { SyncClient, SyncClientOptions } from '../../sync/client.ts';
import type { Origins } from '../../sync/origin.ts';
import type { RecentWrites } from './sessions.ts';

/** What the live servers need of their surroundings; `app` wires it. */
export interface SessionsDeps {
  clock: Clock;
  random: Random;
  /** One for all servers: they share limits where they share an origin. */
  origins: Origins;
  /** Remote objects changed: the resources that bear these ids, or wait for these names, look again. */
  wake(
    kind: string,
    workspaceId: string | undefined,
    objects: RemoteName[],
    reason: WakeReason,
    serverKey: string,
  ): void;
  /** The turn of an object for a deep read has come. False: no resource has it any more, and it gets no further turn. */
  deepDue(kind: string, id: string, serverKey: string): boolean;
  /** Resolves when the resources of this kind are known: what a list lacks shows only beside them. */
  whenKnown(kind: string): Promise<void>;
  /** Remote ids that statuses name. */
  known(kind: string, serverKey: string, workspaceId: string | undefined): Iterable<string>;
  /** `unusable` or `identity` is another: the SyncServer looks again at once, what depends on it at a limited rate. */
  serverChanged(serverKey: string): void;
}

export interface RemoteName {
  id: string;
  name?: string;
}

/** list: a list shows a change. run: what is known of its runs changed. state: lists fail, work again, or are not believed. */
export type WakeReason = 'list' | 'run' | 'state';

/** All that decides how a server is talked to: another value means another session. Durations are milliseconds. */
export interface ServerSettings {
  client: Omit<SyncClientOptions, 'learned'>;
  pollIntervalMs: number;
  lagGraceMs: number;
  /** How old a deep read may become. */
  resyncIntervalMs: number;
  deepReadsPerMinute: number;
  runReadsPerMinute: number;
}

/** What the parts of one session share. */
export interface SessionContext {
  deps: SessionsDeps;
  key: string;
  settings: ServerSettings;
  client: SyncClient;
  writes: RecentWrites;
  /** Tells the session of every failure on the way. */
  watched<T>(call: Promise<T>): Promise<T>;
}
