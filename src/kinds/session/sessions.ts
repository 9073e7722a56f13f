import type { Unusable } from '../../engine/kind.ts';
import type { SyncClient } from '../../sync/client.ts';
import type { SyncError } from '../../sync/errors.ts';
import type { TableRecord } from '../../sync/models/records.ts';
import type { RunsOfKind } from '../../sync/runs.ts';
import type { Collection } from '../../sync/snapshot.ts';
import type { Turns } from '../../sync/turns.ts';

/** The live servers, by the key (`namespace/name`) of their SyncServer. */
export interface Sessions {
  get(serverKey: string): ServerSession | undefined;
}

/** One live SyncServer: its client, what it holds, and how it is. */
export interface ServerSession {
  readonly client: SyncClient;
  /** `<origin><apiPath>#<id of the default workspace>`; undefined until the first probe. */
  readonly identity: string | undefined;
  /** Set while no call should be made: unreachable, unauthorised, not the API, another server. */
  readonly unusable: Unusable | undefined;
  readonly lagGraceMs: number;
  /** The workspaces of the server. */
  readonly workspaces: Collection;
  /** What we wrote a moment ago, by remote id. */
  readonly writes: RecentWrites;
  /** The users of the server; polled from the first question on. */
  readonly users: Collection;
  /** Deep reads in turn; ids are `connection/<id>`, `job/<id>`. One for all, as the server's rate is. */
  readonly deepReads: Turns;
  /** What one workspace holds. `default` is not an id here. */
  workspace(id: string): WorkspaceSession;
  /** The events of a pipeline, listed when somebody asks: their number of lists must not grow with the pipelines. */
  eventsOf(pipelineId: string): Collection;
  /** A call failed: 401, foreign replies and connection failures make the server look at itself soon. */
  failed(error: SyncError): void;
  /** The tables of a connection, remembered for ten minutes. */
  tables(connectionId: string): Promise<TableRecord[]>;
}

/** What a workspace holds, by the client's name of the API. */
export type Held = 'connections' | 'jobs' | 'transformations' | 'pipelines';

/** One workspace: each list is polled from the first question on. */
export interface WorkspaceSession extends Readonly<Record<Held, Collection>> {
  readonly id: string;
  /** The lists that are polled now. */
  readonly polled: ReadonlyMap<Held, Collection>;
  /** Last run and what runs now, by kind. */
  readonly jobRuns: RunsOfKind;
  readonly transformationRuns: RunsOfKind;
  readonly pipelineRuns: RunsOfKind;
  /** What we changed last here, newest first, times in ms since the epoch; two, so that one of them is not the asker's own doing. */
  changes: readonly { id: string; at: number }[];
}

/** Objects that we created or changed, for as long as a read may lag behind that. */
export interface RecentWrites {
  note(id: string): void;
  /** Milliseconds until every read must show our last write; 0: it must by now. */
  msLeft(id: string): number;
  /** A list has shown this since. */
  listed(id: string): void;
  wasListed(id: string): boolean;
  /** We removed it. */
  forget(id: string): void;
  /** We removed it a moment ago, so that reads may still show it. */
  wasRemoved(id: string): boolean;
}
