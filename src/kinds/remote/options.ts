import type { Clock } from '../../ports/clock.ts';
import type { Json } from '../../ports/json.ts';
import type { ChildrenApi } from '../../sync/apis/children.ts';
import type { Entity, EntityKind } from '../../sync/models/entity.ts';
import type { CallOptions, Created } from '../../sync/session.ts';
import type { Collection } from '../../sync/snapshot.ts';
import type { ServerSession, WorkspaceSession } from '../session/sessions.ts';
import type { Renames } from './convert.ts';

/** One kind of object below one parent, for createRemote. */
export interface RemoteOptions {
  clock: Clock;
  session: ServerSession;
  /** Where it lives; absent for what lies above workspaces. */
  workspace?: WorkspaceSession;
  /** Objects of the kind are read in full in turn: their lists may not tell all. */
  inTurn?: boolean;
  /** Whether another resource has the object: what this one reads of it is no look of that one's. */
  isAnothers?(id: string): boolean;
  collection: Collection;
  kind: EntityKind;
  api: RemoteApi;
  /** Paths that the spec calls otherwise than the sync models. */
  renames?: Renames;
  /** The same for children. */
  childRenames?: Renames;
  /** When the object was last read in full as status says, ms since the epoch: its turn comes that much later. */
  deepReadAt?: number;
}

/** The calls of one kind, its parent filled in. */
export interface RemoteApi {
  /** The operation of `get`: `jobs.get`. */
  getOperation: string;
  get(id: string, options: CallOptions): Promise<Entity>;
  create(fields: ReadonlyMap<string, Json>, options: CallOptions): Promise<Created>;
  update(base: Entity, changes: ReadonlyMap<string, Json>, options: CallOptions): Promise<void>;
  delete(id: string, options: CallOptions): Promise<void>;
  /** Tasks or steps. */
  children?: ChildrenApi;
}
