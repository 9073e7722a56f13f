import type { Unusable } from '../../engine/kind.ts';
import { createSyncClient, type Learned } from '../../sync/client.ts';
import { SyncError } from '../../sync/errors.ts';
import type { TableRecord } from '../../sync/models/records.ts';
import type { Change } from '../../sync/picture.ts';
import type { Collection } from '../../sync/snapshot.ts';
import { createTurns } from '../../sync/turns.ts';
import { concernsServer } from '../probe/health.ts';
import { createProbe, type Probe } from '../probe/probe.ts';
import { collect } from './collect.ts';
import type { ServerSettings, SessionContext, SessionsDeps } from './context.ts';
import { isListed } from './listed.ts';
import { createRecentWrites } from './recentWrites.ts';
import { createServerRuns } from './serverRuns.ts';
import type { Held, ServerSession } from './sessions.ts';
import { type LiveWorkspace, openWorkspace } from './workspaceSession.ts';

/** A session as the SyncServer's own reconciler sees it. */
export interface LiveSession
  extends ServerSession,
    Pick<Probe, 'probed' | 'finding' | 'since' | 'accept' | 'block' | 'isMixed'> {
  readonly settings: ServerSettings;
  close(): void;
}

/** The resources behind the first part of a turn's id. */
const TURNS = {
  connection: 'SyncConnection',
  job: 'SyncJob',
  transformation: 'SyncTransformation',
  pipeline: 'SyncPipeline',
  event: 'SyncEvent',
  user: 'SyncUser',
} as const;

const PROBE_GAP_MS = 5_000;
const TABLES_AGE_MS = 600_000;

/** Opens a session and begins to probe. Throws RangeError for settings that no client can be made of. */
export function openSession(
  deps: SessionsDeps,
  key: string,
  settings: ServerSettings,
  learned: Learned | undefined,
): LiveSession {
  const { clock, random, origins } = deps;
  const isAnother = (): boolean => probe.isAnother;
  const client = createSyncClient({ clock, random, origins, isAnother }, { ...settings.client, learned });
  const watched = <T>(call: Promise<T>) =>
    call.catch((error: unknown) => {
      if (error instanceof SyncError) failed(error);
      throw error;
    });
  const writes = createRecentWrites(clock, settings.lagGraceMs);
  const context: SessionContext = { deps, key, settings, client, writes, watched };
  const probe = createProbe(context);
  const spaces = new Map<string, LiveWorkspace>();
  const events = new Map<string, Collection>();
  const holder = (what: Held, id: string) => [...spaces.values()].find((space) => space.polled.get(what)?.get(id));
  const isShown = async (what: Held, id: string) => {
    const space = holder(what, id);
    return space !== undefined && isListed(space[what], id, writes);
  };
  const runs = createServerRuns(context, (what, id) => holder(what, id)?.id, isShown);
  const deepReads = createTurns({
    clock,
    perMinute: settings.deepReadsPerMinute,
    minAgeMs: settings.resyncIntervalMs,
    async onTurn(turn) {
      const [kind, id] = [turn.slice(0, turn.indexOf('/')), turn.slice(turn.indexOf('/') + 1)];
      if (!deps.deepDue(TURNS[kind as keyof typeof TURNS], id, key)) deepReads.remove(turn);
    },
  });
  const workspaces = collect(context, {
    kind: 'SyncWorkspace',
    getOperation: 'workspaces.get',
    async list(take, signal) {
      try {
        for (const entity of await probe.list(signal)) take(entity);
      } finally {
        hold();
      }
    },
    onChange(changes) {
      for (const { id, what } of changes) {
        if (what !== 'vanished') continue;
        spaces.get(id)?.stop();
        spaces.delete(id);
      }
    },
  });
  let users: Collection | undefined;
  const tables = new Map<string, { at: number; records: Promise<TableRecord[]> }>();
  let probedAt = Number.NEGATIVE_INFINITY;
  let closed: Unusable | undefined;
  let held = true;

  function failed(error: SyncError): void {
    if (closed || !concernsServer(error) || clock.monotonic() - probedAt < PROBE_GAP_MS) return;
    probedAt = clock.monotonic();
    // Its outcome is noted by the probe itself.
    workspaces.refresh().catch(() => {});
  }

  /** All that calls the server by itself, but for the probe. */
  const parts = () => [
    ...[runs.tracker, deepReads, ...spaces.values()],
    ...[...(users ? [users] : []), ...events.values()],
  ];
  /** Nothing is asked of a server with ids, be it only to poll, before it is known to be the one that they come from. */
  function hold(): void {
    if (probe.isAccepted !== held || closed) return;
    held = !probe.isAccepted;
    for (const part of parts()) {
      if (held) part.stop();
      else part.start();
    }
  }
  const started = (collection: Collection) => {
    if (!closed && !held) collection.start();
    return collection;
  };
  const forgetVanished = (kind: keyof typeof TURNS) => (changes: readonly Change[]) => {
    for (const { id, what } of changes) if (what === 'vanished') deepReads.remove(`${kind}/${id}`);
  };

  workspaces.start();
  return {
    client,
    settings,
    lagGraceMs: settings.lagGraceMs,
    workspaces,
    writes,
    deepReads,
    failed,
    probed: probe.probed,
    accept(identity) {
      probe.accept(identity);
      hold();
    },
    block: probe.block,
    get finding() {
      return probe.finding;
    },
    get since() {
      return probe.since;
    },
    get identity() {
      return probe.identity;
    },
    get isMixed() {
      return probe.isMixed;
    },
    get unusable() {
      return closed ?? probe.unusable;
    },
    workspace(id) {
      let space = spaces.get(id);
      if (!space) {
        space = openWorkspace(context, id, runs, deepReads);
        if (closed || held) space.stop();
        spaces.set(id, space);
      }
      return space;
    },
    get users() {
      users ??= started(
        collect(context, {
          kind: 'SyncUser',
          getOperation: 'users.get',
          async list(take, signal) {
            for (const entity of await watched(client.users.list({ lane: 'poll', signal }))) take(entity);
          },
          onChange: forgetVanished('user'),
        }),
      );
      return users;
    },
    eventsOf(pipelineId) {
      let collection = events.get(pipelineId);
      if (!collection) {
        collection = started(
          collect(context, {
            kind: 'SyncEvent',
            onRequest: true,
            getOperation: 'events.get',
            async list(take, signal) {
              const entities = await watched(client.events.list(pipelineId, { lane: 'deep', signal }));
              for (const entity of entities) take(entity);
            },
            onChange: forgetVanished('event'),
          }),
        );
        events.set(pipelineId, collection);
      }
      return collection;
    },
    tables(id) {
      const known = tables.get(id);
      if (known && clock.monotonic() - known.at < TABLES_AGE_MS) return known.records;
      const records = watched(client.connections.tables(id, { known: () => isShown('connections', id) }));
      tables.set(id, { at: clock.monotonic(), records });
      records.catch(() => tables.delete(id));
      return records;
    },
    close() {
      if (closed) return;
      closed = {
        reason: 'ServerNotReady',
        message: 'the server is being connected anew',
        stalled: false,
        since: clock.now(),
      };
      probe.end();
      for (const part of [workspaces, ...parts()]) part.stop();
      client.close();
    },
  };
}
