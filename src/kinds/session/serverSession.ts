import type { Unusable } from '../../engine/kind.ts';
import { createSyncClient, type Learned } from '../../sync/client.ts';
import { SyncError } from '../../sync/errors.ts';
import type { TableRecord } from '../../sync/models/records.ts';
import { createTurns } from '../../sync/turns.ts';
import { concernsServer } from '../probe/health.ts';
import { createProbe, type Probe } from '../probe/probe.ts';
import type { ServerSession } from '../server/sessions.ts';
import { collect } from './collect.ts';
import type { ServerSettings, SessionContext, SessionsDeps } from './context.ts';
import { isListed } from './listed.ts';
import { createRecentWrites } from './recentWrites.ts';
import { createServerRuns } from './serverRuns.ts';
import { type LiveWorkspace, openWorkspace } from './workspaceSession.ts';

/** A session as the SyncServer's own reconciler sees it. */
export interface LiveSession extends ServerSession, Pick<Probe, 'probed' | 'finding' | 'since' | 'accept' | 'block'> {
  readonly settings: ServerSettings;
  close(): void;
}

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
  const client = createSyncClient({ clock, random, origins }, { ...settings.client, learned });
  const watched = <T>(call: Promise<T>) =>
    call.catch((error: unknown) => {
      if (error instanceof SyncError) failed(error);
      throw error;
    });
  const writes = createRecentWrites(clock, settings.lagGraceMs);
  const context: SessionContext = { deps, key, settings, client, writes, watched };
  const probe = createProbe(context);
  const spaces = new Map<string, LiveWorkspace>();
  const holder = (kind: 'jobs' | 'connections', id: string) =>
    [...spaces.values()].find((space) => space[kind].get(id));
  const isShown = async (kind: 'jobs' | 'connections', id: string) => {
    const space = holder(kind, id);
    return space !== undefined && isListed(space[kind], id, writes);
  };
  const jobRuns = createServerRuns(
    context,
    (id) => holder('jobs', id)?.id,
    (id) => isShown('jobs', id),
  );
  const deepReads = createTurns({
    clock,
    perMinute: settings.deepReadsPerMinute,
    minAgeMs: settings.resyncIntervalMs,
    async onTurn(turn) {
      const [kind, id] = [turn.slice(0, turn.indexOf('/')), turn.slice(turn.indexOf('/') + 1)];
      const resources = kind === 'job' ? 'SyncJob' : 'SyncConnection';
      if (!deps.deepDue(resources, id, key)) deepReads.remove(turn);
    },
  });
  const workspaces = collect(context, {
    kind: 'SyncWorkspace',
    getOperation: 'workspaces.get',
    async list(signal) {
      const listed = await probe.list(signal);
      hold();
      return listed;
    },
    onChange(changes) {
      for (const { id, what } of changes) {
        if (what !== 'vanished') continue;
        spaces.get(id)?.stop();
        spaces.delete(id);
      }
    },
  });
  const tables = new Map<string, { at: number; records: Promise<TableRecord[]> }>();
  let probedAt = Number.NEGATIVE_INFINITY;
  let closed: Unusable | undefined;
  let held = false;

  function failed(error: SyncError): void {
    if (closed || !concernsServer(error) || clock.monotonic() - probedAt < PROBE_GAP_MS) return;
    probedAt = clock.monotonic();
    // Its outcome is noted by the probe itself.
    workspaces.refresh().catch(() => {});
  }

  /** Nothing is asked of another server with the ids of the one before, until that is accepted. */
  function hold(): void {
    const hold = probe.unusable?.reason === 'ServerChanged';
    if (hold === held || closed) return;
    held = hold;
    for (const part of [jobRuns, deepReads, ...spaces.values()]) {
      if (hold) part.stop();
      else part.start();
    }
  }

  workspaces.start();
  jobRuns.start();
  deepReads.start();
  return {
    client,
    settings,
    lagGraceMs: settings.lagGraceMs,
    workspaces,
    writes,
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
    get unusable() {
      return closed ?? probe.unusable;
    },
    workspace(id) {
      let space = spaces.get(id);
      if (!space) {
        space = openWorkspace(context, id, jobRuns, deepReads);
        if (closed || held) space.stop();
        spaces.set(id, space);
      }
      return space;
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
      for (const part of [workspaces, jobRuns, deepReads, ...spaces.values()]) part.stop();
      client.close();
    },
  };
}
