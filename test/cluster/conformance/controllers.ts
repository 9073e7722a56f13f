import { expect, it } from 'vitest';
import type { Bench } from './suite.ts';

/** What kube-controller-manager does, and the twin itself. */
export function controllerTests(bench: Bench): void {
  const owned = (name: string, owner: { kind: string; apiVersion: string; metadata: { name: string; uid: string } }) =>
    bench.made(
      name,
      {},
      {
        ownerReferences: [
          {
            apiVersion: owner.apiVersion,
            kind: owner.kind,
            name: owner.metadata.name,
            uid: owner.metadata.uid,
            blockOwnerDeletion: true,
          },
        ],
      },
    );

  it('collects what a deleted object owned', async () => {
    await owned('child', await bench.made('parent'));
    await bench.api.del(bench.widgets('parent'), { propagationPolicy: 'Background' });
    await bench.gone(bench.widgets(), 'child');
  });

  it('keeps what is orphaned', async () => {
    await owned('orphan', await bench.made('leaver'));
    await bench.api.del(bench.widgets('leaver'), { propagationPolicy: 'Orphan' });
    await bench.gone(bench.widgets(), 'leaver');
    const { body } = await bench.api.get(bench.widgets('orphan'));
    expect(body.metadata.ownerReferences).toBeUndefined();
    expect(body.metadata.deletionTimestamp).toBeUndefined();
  });

  it('deletes what is owned first when asked to', async () => {
    await owned('first', await bench.made('last'));
    await bench.api.merge(bench.widgets('first'), { metadata: { finalizers: ['example.com/hold'] } });
    await bench.api.del(bench.widgets('last'), { propagationPolicy: 'Foreground' });
    const path = `${bench.widgets()}?watch=true&fieldSelector=metadata.name%3Dfirst`;
    for await (const { object } of bench.api.watch(path)) if (object.metadata.deletionTimestamp) break;
    expect((await bench.api.get(bench.widgets('last'))).status).toBe(200);
    await bench.api.merge(bench.widgets('first'), { metadata: { finalizers: null } });
    await bench.gone(bench.widgets(), 'last');
  });

  it('empties a namespace before it goes', async () => {
    const { body: namespace } = await bench.api.post('/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { generateName: 'leaving-' },
    });
    const { name } = namespace.metadata;
    expect(namespace.status.phase).toBe('Active');
    const path = bench.widgets().replace(bench.namespace, name);
    const body = { ...bench.widget('inside'), metadata: { name: 'inside', finalizers: ['example.com/hold'] } };
    expect((await bench.api.post(path, body)).status).toBe(201);
    await bench.api.del(`/api/v1/namespaces/${name}`);
    for await (const { object } of bench.api.watch(`${path}?watch=true`)) if (object.metadata.deletionTimestamp) break;
    const late = await bench.api.post(path, { ...body, metadata: { name: 'late' } });
    expect(late).toMatchObject({ status: 403, body: { details: { causes: [{ reason: 'NamespaceTerminating' }] } } });
    expect((await bench.api.get(`/api/v1/namespaces/${name}`)).body.status.phase).toBe('Terminating');
    await bench.api.merge(`${path}/inside`, { metadata: { finalizers: null } });
    await bench.gone('/api/v1/namespaces', name);
  });
}
