import { GROUP } from '../api/common.ts';
import type { Definition } from '../api/definition.ts';
import { KEY_SECRET } from '../engine/operatorKey.ts';
import { LEASE } from './names.ts';

/** What the operator may do in Kubernetes, in the form of an RBAC rule, and why. The chart's roles are made from it, and the tests let through nothing else. */
export interface Permission {
  /** Empty for the core group. */
  group: string;
  resources: readonly string[];
  verbs: readonly string[];
  /** Only objects of these names. */
  names?: readonly string[];
  why: string;
}

export interface Permissions {
  /** Where resources are watched: in all namespaces, or in each that is named. */
  watched: readonly Permission[];
  /** Only where all namespaces are watched. */
  cluster: readonly Permission[];
  /** In the operator's own namespace. */
  home: readonly Permission[];
}

export function permissionsOf(definitions: readonly Pick<Definition, 'plural'>[]): Permissions {
  const plurals = definitions.map(({ plural }) => plural);
  return {
    watched: [
      { group: GROUP, resources: plurals, verbs: ['list', 'watch'], why: 'the manifests' },
      { group: GROUP, resources: plurals, verbs: ['patch'], why: 'finalizers; nothing else of a manifest is written' },
      { group: GROUP, resources: plurals.map((plural) => `${plural}/status`), verbs: ['patch'], why: 'status' },
      {
        group: GROUP,
        resources: ['syncruns'],
        verbs: ['create', 'delete'],
        why: 'runs that an annotation asks for, and the end of finished ones',
      },
      {
        group: '',
        resources: ['secrets'],
        verbs: ['get'],
        why: 'tokens and credentials that manifests name; they cannot be listed',
      },
      { group: '', resources: ['configmaps'], verbs: ['get'], why: 'certificates, properties and scripts' },
      { group: '', resources: ['events'], verbs: ['create', 'patch'], why: 'events about the manifests' },
    ],
    cluster: [
      {
        group: '',
        resources: ['namespaces'],
        verbs: ['list', 'watch'],
        why: 'labels for access.namespaces of a SyncServer, and which ones are terminating',
      },
    ],
    home: [
      { group: 'coordination.k8s.io', resources: ['leases'], verbs: ['create'], why: 'leader election' },
      {
        group: 'coordination.k8s.io',
        resources: ['leases'],
        verbs: ['get', 'update'],
        names: [LEASE],
        why: 'the same',
      },
      { group: '', resources: ['secrets'], verbs: ['create'], why: 'the key for hashes, made once' },
      { group: '', resources: ['secrets'], verbs: ['get'], names: [KEY_SECRET], why: 'the same' },
    ],
  };
}
