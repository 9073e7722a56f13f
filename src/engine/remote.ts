import type { Json } from '../ports/json.ts';

/** What the engine needs of a remote system: one kind of object below one parent. Every method rejects with RemoteError only. */
export interface Remote {
  /** What the shared, polled picture of the parent says now; no I/O. */
  glance(query: { id?: string; name?: string }): Glance;
  /** Makes the picture anew by a list that starts after this call; shared by all who wait for one. */
  refresh(): Promise<void>;
  /** Waits until there is a picture at all; a list that is under way will do. */
  listed(): Promise<void>;
  /** Reads the object and its children freshly. */
  read(id: string): Promise<ReadResult>;
  /** One create call. The id is undefined when the reply does not tell it. */
  create(fields: ReadonlyMap<string, Json>): Promise<{ id?: string }>;
  /**
   * One write of `changes` over `base` (the object just read); a null value clears the field. `partial` sends the changes
   * alone, to learn whether the server merges.
   */
  update(base: RemoteObject, changes: ReadonlyMap<string, Json>, partial?: boolean): Promise<void>;
  /** One delete call. */
  delete(id: string): Promise<void>;
  /** Ordered children (tasks, steps); absent for kinds that have none. */
  children?: RemoteChildren;
}

export interface RemoteChildren {
  add(parentId: string, fields: ReadonlyMap<string, Json>, position: number): Promise<{ id?: string }>;
  update(parentId: string, base: RemoteObject, changes: ReadonlyMap<string, Json>): Promise<void>;
  /** `position` counts from 0; the remote side knows what its server counts from. */
  move(parentId: string, child: RemoteObject, position: number): Promise<void>;
  delete(parentId: string, childId: string): Promise<void>;
}

/** The polled picture of one object. `unlisted`: no complete list has been read yet. */
export type Glance =
  | { state: 'unlisted' }
  | { state: 'absent'; listedAt: number }
  | { state: 'present'; ids: string[]; digest: string; listedAt: number };

/** `unsettled`: neither its presence nor its absence is certain yet (a lagging server, no item route). */
export type ReadResult =
  | { state: 'present'; object: RemoteObject }
  | { state: 'absent' }
  | { state: 'unsettled'; retryAfterMs: number };

export interface RemoteObject {
  id: string;
  name?: string;
  /** Path → value as read; an absent path is unknown, never different. */
  fields: ReadonlyMap<string, Json>;
  /** Paths whose value is hidden by the server. */
  masked: ReadonlySet<string>;
  children?: RemoteObject[];
  /** Milliseconds since the epoch, where the server tells it. */
  updatedAt?: number;
  /** What the remote side needs to write it back; opaque to the engine. */
  origin?: unknown;
}

/** How sure a repeat is harmless: reads and idempotent writes may be repeated, other writes and executes never blindly. */
export type CallAccess = 'read' | 'idempotent' | 'write' | 'execute';

/** What came of a remote call, in terms that need no knowledge of the remote system. */
export type Outcome =
  | {
      kind: 'transport';
      failure: 'refused' | 'dns' | 'tls' | 'connectTimeout' | 'proxy' | 'reset' | 'timeout' | 'protocol';
      sent: boolean;
    }
  | { kind: 'http'; status: number; retryAfterMs?: number }
  /** Not the API: a login page, a redirect elsewhere, something that is not JSON. */
  | { kind: 'foreign' }
  /** A success status whose body is cut off, too large, or lacks what makes it usable. */
  | { kind: 'unreadable' }
  /** A success status whose body is an error. */
  | { kind: 'errorInSuccess' }
  /** No route of the operation exists on this server. */
  | { kind: 'unsupported' }
  /** Not sent: the breaker is open. */
  | { kind: 'circuitOpen'; retryAfterMs: number };

/** A remote call that did not succeed. `message` is fit for people: scrubbed, naming the call. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  readonly outcome: Outcome;
  readonly access: CallAccess;
  /** The server's own words, scrubbed; empty when there are none. */
  readonly words: string;
  constructor(message: string, outcome: Outcome, access: CallAccess, words = '') {
    super(message);
    this.outcome = outcome;
    this.access = access;
    this.words = words;
  }
}
