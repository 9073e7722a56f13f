import type { Field } from '../api/fields.ts';
import type { Json, JsonObject } from '../ports/json.ts';
import type { Grant } from './access.ts';
import type { PolicyLayer } from './policies.ts';
import type { Remote, RemoteObject } from './remote.ts';
import type { Condition, Resource, Status } from './resource.ts';

/** All that is special about one kind. The generic reconciler does the rest. */
export interface Kind {
  /** `SyncJob` */
  name: string;
  fields: readonly Field[];
  /** Ordered children, for kinds that have them. */
  children?: ChildRules;
  /** The path that is switched on last when an object is made (a schedule). */
  activation?: string;
  /** What is lost when an object that vanished from the server is made again; absent when nothing is. */
  lossWhenRemade?: string;
  /** What the user wrote, checked once more: problems name path and remedy. */
  problems(resource: Resource): { path: string; message: string }[];
  /** What is not wrong but unusual: words that the documentation of the remote system does not name. */
  warnings(resource: Resource): { path: string; message: string }[];
  /** What it refers to, as `SyncServer/team/prod`, `Secret/team/token`: a change there wakes it, there or not. */
  references(resource: Resource): string[];
  /** What it is called on the server, as far as the spec says; `spec.name` when absent. */
  nameOf?(resource: Resource): string | undefined;
  /** Whether the other one lies in it, so that it is needed to delete that one. */
  holds?(resource: Resource, other: Resource): boolean;
  /** Whether it lies in the other one, for whose end it does not wait although that refers to it. */
  liesIn?(resource: Resource, other: Resource): boolean;
  /** Asks for a run of it, for one value of `run-requested-at`; the same value asks for the same run. Absent: it cannot run. */
  requestRun?(resource: Resource, token: string): Promise<void>;
  /** Resolves references, secrets and the server; throws Blocked with the name of what is missing. */
  gather(resource: Resource): Promise<Gathered>;
}

export interface ChildRules {
  /** What one is called in plans: `Task`, `Step`. */
  noun: string;
  /** The list's path in the spec: `tasks`. */
  list: string;
  /** What tells one from the others, of its fields; the same for desired and observed ones. */
  natural(fields: ReadonlyMap<string, Json>): string;
  /** What people call it; `natural` when absent. */
  label?(fields: ReadonlyMap<string, Json>): string;
  /** What is lost with one that is removed: `the replication state`; absent: nothing. */
  loss?: string;
}

/** Everything that one pass needs to know, gathered before anything is observed. */
export interface Gathered {
  desired: Desired;
  remote: Remote;
  scope: Scope;
  /** Most specific first. */
  policies: PolicyLayer[];
  hooks?: KindHooks;
}

/** What the spec wants, in paths. Only what the spec names is here. */
export interface Desired {
  name: string;
  fields: ReadonlyMap<string, Json>;
  /** Write-only values: never compared with what is read, hashed only by HMAC. */
  secrets: ReadonlyMap<string, string>;
  /** Undefined: unmanaged; empty: none. */
  children?: DesiredChild[];
  /**
   * Why some of the children are not in the list yet: what they refer to has no id. Until then the others are put in place, nothing
   * is taken away, and the object is not switched on.
   */
  missing?: Missing;
  childPolicy: 'Exact' | 'AtLeast';
}

/** What is waited for, in the words of a condition. */
export interface Missing {
  reason: string;
  message: string;
  /** How many of the children refer to what is certainly not there, and can only be made once the object is ours. */
  unmade: number;
  /** Nothing tells when it comes: look again after this long, milliseconds. */
  againMs?: number;
}

export interface DesiredChild {
  /** The user's own stable key, if given. */
  key?: string;
  /** What identifies it to people: a table, a query, a reference. */
  natural: string;
  fields: ReadonlyMap<string, Json>;
}

/** The server and parent that the object lives under, as far as the engine cares. */
export interface Scope {
  /** Canonical origin: the first part of a claim's key. */
  origin: string;
  /** What the server is now; undefined while it was never reached. */
  identity?: string;
  /** Remote id of the parent, for what lies in one. */
  parentId?: string;
  /** The object was left in this parent, and belongs in another one now: what to say while it is there. */
  left?: { reason: string; message: string };
  /** Whether a recorded identity is that of this server; true while this one is not known. */
  isSameServer(recorded: string): boolean;
  /** Whether the server that answers is still the one of `identity`. */
  isStill(): boolean;
  /** Identities that `accept-server` allows objects to come from, and how. */
  accepted?: { how: 'moved' | 'replaced'; identity: string };
  /** Undefined: calls may be made. */
  unusable?: Unusable;
  /** Who asked to suspend, when it is not the object itself. */
  suspendedBy?: string;
  grant: Grant;
  /** Why creates and deletes are held in this parent (a list that lost many objects). */
  suspicious?: string;
  lagGraceMs: number;
  /** How old a deep read may become, where the object or its workspace says so; else its turn at the server's rate counts. */
  resyncMs?: number;
  /** Milliseconds since the epoch at which what the object refers to changed last on the server. */
  referenceChangedAt?: number;
  /** What is known about PUT on this server for this kind. */
  putStyle?: 'merge' | 'replace';
  learnPutStyle(style: 'merge' | 'replace'): void;
  /** True when an object read only by lists cannot be overlaid: no PUT without the style `merge`. */
  canReadItems: boolean;
}

export interface Unusable {
  reason: string;
  message: string;
  /** A person must act: not a passing outage. */
  stalled: boolean;
  /** Milliseconds since the epoch. */
  since: number;
  retryAfterMs?: number;
}

/** What a kind adds to a pass beyond configuration; each hook is optional. */
export interface KindHooks {
  /** A check of steps before they are applied (tables exist); a text ends the pass as Stalled with that reason. */
  check?(want: Desired, have: RemoteObject | undefined): Promise<{ reason: string; message: string } | undefined>;
  /** A run of the remote object that is known to go on: writes may be refused. */
  running?(id: string): { running: boolean; what: string } | undefined;
  /** Asks the remote side to stop a run (`busyPolicy: Cancel`). */
  cancel?(id: string): Promise<void>;
  /** Names of remote content that deleting `id` would destroy and that no resource of ours owns. */
  content?(id: string): Promise<string[]>;
  /** Names of what uses the object on the server and would break without it. */
  usedBy?(id: string): Promise<string[]>;
  /** Lets go of what lies in the object, all of which is being deleted too, so that it can go first. */
  empty?(id: string): Promise<void>;
  /** Why the object stays on the server although its resource and policy say that it shall go. */
  keeps?(id: string): Promise<string | undefined>;
  /** One-shot or follow-up calls (test, resets), due now; run one after another once the object is settled. */
  actions?(input: ActionInput): Action[];
  /** Extra status and conditions (last run, freshness), computed on every pass from what is known; no I/O. */
  report?(input: ReportInput): KindReport;
  /** The remote id is known: start following it. */
  follow?(id: string): void;
}

export interface ActionInput {
  id: string;
  status: Status;
  /** Tokens that changed in this pass: annotation suffix → value. */
  tokens: ReadonlyMap<string, string>;
  /** A write of this pass created or changed the object. */
  wrote: boolean;
  now: number;
}

export interface Action {
  name: string;
  /** The request (annotation suffix) that it answers; echoed in status. */
  token?: string;
  /** Not repeatable: its intent is written before the call. */
  once: boolean;
  run(): Promise<{ ok: boolean; reason: string; message: string; status?: JsonObject }>;
}

export interface ReportInput {
  id?: string;
  status: Status;
  observed?: RemoteObject;
  now: number;
}

export interface KindReport {
  status: JsonObject;
  conditions: Omit<Condition, 'lastTransitionTime'>[];
  /** Look again after this long, for conditions that change with time alone. */
  againMs?: number;
}
