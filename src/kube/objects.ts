/** A Kubernetes object as the API server sends it: raw JSON, no dates. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  finalizers?: string[];
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** What one URL of the API server serves. `group` is empty for the core group. */
export interface ResourceType {
  group: string;
  version: string;
  plural: string;
  kind: string;
  namespaced: boolean;
}

/** One object; `namespace` is absent for cluster-scoped ones. */
export interface ObjectRef {
  namespace?: string;
  name: string;
}

export const SECRETS: ResourceType = core('secrets', 'Secret');
export const CONFIG_MAPS: ResourceType = core('configmaps', 'ConfigMap');
export const EVENTS: ResourceType = core('events', 'Event');
export const LEASES: ResourceType = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
};

function core(plural: string, kind: string): ResourceType {
  return { group: '', version: 'v1', plural, kind, namespaced: true };
}

/** `group/version`, or `v1` for the core group: what objects of the type carry as apiVersion. */
export function apiVersionOf({ group, version }: ResourceType): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `plural.group`, as kubectl and RBAC messages name a type. */
export function resourceName({ group, plural }: ResourceType): string {
  return group === '' ? plural : `${plural}.${group}`;
}

/** `namespace/name`, or the name alone when there is no namespace: the key of stores. */
export function objectKey({ namespace, name }: ObjectRef): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
