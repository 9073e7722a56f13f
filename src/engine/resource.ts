import type { JsonObject } from '../ports/json.ts';

/** A custom resource as the engine sees it: metadata, a spec that only its kind understands, and the common status. */
export interface Resource {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
  spec: JsonObject;
  status?: Status;
}

export interface Metadata {
  name: string;
  namespace: string;
  uid: string;
  resourceVersion: string;
  generation: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  finalizers?: string[];
  annotations?: Record<string, string>;
  labels?: Record<string, string>;
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string }[];
}

export interface Status {
  observedGeneration?: number;
  conditions?: Condition[];
  /** Remote id; opaque. */
  id?: string;
  /** True when this resource owns the remote object (created or adopted it). */
  owned?: boolean;
  serverIdentity?: string;
  /** Remote id of the parent that the object was made or adopted in. */
  parentId?: string;
  /** Path → short hash of what was last written; an HMAC for secrets. */
  applied?: Record<string, string>;
  /** Path → what we wanted and what the server made of it; `refused` when it kept its old value. */
  accepted?: Record<string, Accepted>;
  children?: ChildStatus[];
  pending?: Pending;
  plan?: PlanStatus;
  policies?: Record<string, string>;
  tokens?: Record<string, string>;
  /** The uid of the object whose tokens these are. */
  tokensOf?: string;
  observed?: { listDigest?: string; deepTime?: string };
}

export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  lastTransitionTime: string;
  observedGeneration?: number;
}

export interface Accepted {
  want: string;
  got: string;
  refused?: boolean;
}

export interface ChildStatus {
  id: string;
  key: string;
  /** Hash of the managed fields as last written. */
  applied: string;
  /** Hash of the same fields as the server shows them, when it normalises. */
  accepted?: string;
}

/** What is about to be done, written before it is done. */
export interface Intent {
  verb: string;
  /** ISO time. */
  at: string;
  /** Ids that bore the name before a create. */
  knownIds?: string[];
  /** Identity of the server that a create is for. */
  server?: string;
  /** What a batch of children should look like afterwards: digest of the expected multiset. */
  expected?: string;
  /** Every call succeeded; only lists do not show it yet. */
  done?: boolean;
}

export interface Pending {
  intent?: Intent;
  /** Keys of approved steps. */
  approved?: string[];
}

export interface PlanStatus {
  id: string;
  digest: string;
  summary: string;
  changes: PlanChange[];
  more?: number;
}

export interface PlanChange {
  verb: string;
  path?: string;
  from?: string;
  to?: string;
  destructive: boolean;
  loss?: string;
  cause: string;
  held?: string;
}

/** `namespace/name`, the key of stores and queues. */
export function keyOf(resource: { metadata: { namespace: string; name: string } }): string {
  return `${resource.metadata.namespace}/${resource.metadata.name}`;
}
