import { expect, vi } from 'vitest';
import { CONFIG_MAPS, EVENTS, LEASES, type ResourceType, SECRETS } from '../../../src/kube/objects.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { readCrds } from '../../cluster/readCrds.ts';
import type { KubeObject, Loose, Manifest } from '../../cluster/types.ts';
import { clientOf } from '../client.ts';
import { connect } from '../controlPlane.ts';
import { ownAccess } from '../ownAccess.ts';
import { installCrds } from '../stage.ts';
import { createMirror, type Mirror } from './mirror.ts';
import { createProxy } from './proxy.ts';
import { grantOperator } from './rights.ts';
import { pace } from './virtualClock.ts';

/** What the scenarios and their world use of a cluster. */
type Used = Pick<
  Cluster,
  'handler' | 'writes' | 'install' | 'create' | 'apply' | 'patch' | 'delete' | 'get' | 'objects' | 'events' | 'backup'
>;

const APPLY = { 'content-type': 'application/apply-patch+yaml' };
/** They stay from one scenario to the next, emptied; others go. */
const LASTING = ['default', 'sync-system'];
const NAMESPACE: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
};
const access = ownAccess();
const { api } = connect(access, access.tokens.admin);
const client = clientOf(access, access.tokens.admin);
const CRDS = readCrds('crds');
const OURS = CRDS.map(({ spec }): ResourceType => {
  const { plural, kind } = spec.names;
  return { group: spec.group, version: spec.versions[0].name, plural, kind, namespaced: true };
});
const CONTENT = [...OURS, SECRETS, CONFIG_MAPS, EVENTS, LEASES];
const TYPES = [...CONTENT, NAMESPACE];
let leave = () => {};

/**
 * Stands in for test/cluster/cluster.ts: the same for the scenarios, with a real API server behind it, emptied for each. What one
 * does to it is done before time goes on; what one reads is what had happened by then.
 */
export function createCluster({ clock }: { clock: Clock }): Cluster {
  leave();
  pace.reset();
  // The operator comes through it, with the rights that the chart would give it and no other.
  const operator = connect(access, access.tokens.operator);
  const proxy = createProxy({ clock, pace, api: operator, shown });
  let mirror: Mirror | undefined;
  leave = () => {
    proxy.close();
    mirror?.stop();
  };

  let last: Promise<void> = Promise.resolve();
  const next = (act: () => Promise<unknown>) => {
    const done = pace.begin();
    last = last
      .then(() => act())
      .catch(pace.fail)
      .then(done);
  };
  next(async () => {
    await installCrds(api, CRDS);
    for (const name of LASTING)
      await api.post(pathOf({ kind: 'Namespace', metadata: {} }, false), { metadata: { name } });
    await grantOperator(api, operator.api, 'sync-system');
    await emptyAll();
    const made = createMirror(client, TYPES);
    await made.synced();
    mirror = made;
  });

  /** Time waits until the mirror, and with it every other watch, shows what was written. */
  function shown(object: KubeObject): void {
    if (!mirror?.has(object.kind)) return;
    pace.expect(() => mirror!.shows(object.kind, object), `${object.kind} ${object.metadata.name} to be shown`);
  }
  async function ask(method: string, path: string, body: unknown, headers: Record<string, string> = {}) {
    const reply = await api.send(method, path, body, headers);
    if (reply.status > 299) throw new Error(`${method} ${path}: ${JSON.stringify(reply.body)}`);
    if (reply.body.metadata?.uid) shown(reply.body);
    return reply.body as KubeObject;
  }

  /** The controller manager has done what it can: all is going, and of an empty namespace nothing is left. */
  function emptied(namespace: string): boolean {
    if (!used.get('Namespace', namespace)) return true;
    const content = CONTENT.flatMap(({ kind }) => mirror!.list(kind)).filter(
      (one) => one.metadata.namespace === namespace,
    );
    return content.length > 0 && content.every(({ metadata }) => metadata.deletionTimestamp !== undefined);
  }

  const used: Used = {
    handler: proxy.handler,
    writes: proxy.writes,
    install() {},
    create(manifest) {
      if (LASTING.includes(manifest.metadata.name!)) return manifest as KubeObject;
      next(() => ask('POST', pathOf(manifest, false), manifest));
      return manifest as KubeObject;
    },
    apply(manifest) {
      next(() => ask('PATCH', `${pathOf(manifest)}?fieldManager=kubectl&force=true`, manifest, APPLY));
      return manifest as KubeObject;
    },
    patch(kind, name, namespace, change, subresource) {
      const path = `${pathOf({ kind, metadata: { name, namespace } })}${subresource ? `/${subresource}` : ''}`;
      next(() => ask('PATCH', path, change, { 'content-type': 'application/merge-patch+json' }));
      return {} as KubeObject;
    },
    delete(kind, name, namespace) {
      next(async () => {
        const path = pathOf({ kind, metadata: { name, namespace } });
        const before = (await api.get(path)).body as KubeObject;
        if (kind === 'Namespace') pace.always(() => emptied(name), `the controller manager to empty ${name}`);
        const after = await ask('DELETE', path, undefined);
        if (after.kind === 'Status') shown({ ...before, metadata: { ...before.metadata, deletionTimestamp: 'gone' } });
      });
      return false;
    },
    get: (kind, name, namespace = 'default') => mirror?.get(kind, kind === 'Namespace' ? name : `${namespace}/${name}`),
    objects: (kind) => (mirror?.list(kind) ?? []).toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)),
    events: () => used.objects('Event'),
    backup: () => ({ objects: TYPES.flatMap(({ kind }) => used.objects(kind)) }) as ReturnType<Cluster['backup']>,
  };
  return used as Cluster;
}

function pathOf({ kind, metadata }: Pick<Manifest, 'kind' | 'metadata'> | Loose, item = true): string {
  const type = TYPES.find((one) => one.kind === kind);
  if (!type) throw new Error(`the scenarios' cluster knows no ${kind}`);
  const root = type.group === '' ? '/api' : `/apis/${type.group}`;
  const within = type.namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : '';
  const collection = `${root}/${type.version}${within}/${type.plural}`;
  return item ? `${collection}/${metadata.name}` : collection;
}

/** Takes away what an earlier scenario left. */
async function emptyAll(): Promise<void> {
  const namespaces = pathOf({ kind: 'Namespace', metadata: {} }, false);
  const names = (await listed(namespaces)).map(({ metadata }) => metadata.name!);
  for (const name of names.filter((one) => !one.startsWith('kube-'))) {
    await empty(name);
    if (LASTING.includes(name)) continue;
    await api.del(`${namespaces}/${name}`);
    await vi.waitFor(async () => expect((await api.get(`${namespaces}/${name}`)).status).toBe(404), {
      timeout: 60_000,
    });
  }
}

async function empty(namespace: string): Promise<void> {
  for (const { kind } of CONTENT) {
    const collection = pathOf({ kind, metadata: { namespace } }, false);
    const items = await listed(collection);
    for (const { metadata } of items.filter(({ metadata }) => metadata.finalizers)) {
      await api.merge(`${collection}/${metadata.name}`, { metadata: { finalizers: null } });
    }
    if (items.length > 0) await api.del(collection);
  }
}

const listed = async (path: string): Promise<KubeObject[]> => (await api.get(path)).body.items ?? [];
