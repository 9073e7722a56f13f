import { expect, it } from 'vitest';
import type { Bench } from './suite.ts';

export function builtinTests(bench: Bench): void {
  it('encodes stringData of Secrets and keeps immutable ones', async () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key' }, stringData: { token: 'käse' } };
    const { body } = await bench.api.post(bench.core('secrets'), secret);
    expect(body).toMatchObject({ type: 'Opaque', data: { token: Buffer.from('käse').toString('base64') } });
    expect(body.stringData).toBeUndefined();
    await bench.api.merge(bench.core('secrets', 'key'), { immutable: true });
    const reply = await bench.api.merge(bench.core('secrets', 'key'), { data: { token: 'AAAA' } });
    expect(reply).toMatchObject({ status: 422, body: { details: { causes: [{ field: 'data' }] } } });
  });

  it('updates ConfigMaps without resourceVersion, and merges them strategically', async () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'map' }, data: { a: '1' } };
    await bench.api.post(bench.core('configmaps'), map);
    const put = await bench.api.put(bench.core('configmaps', 'map'), { ...map, data: { b: '2' } });
    expect(put.body.data).toEqual({ b: '2' });
    const headers = { 'content-type': 'application/strategic-merge-patch+json' };
    const change = { data: { b: null, c: '3' } };
    const { body } = await bench.api.send('PATCH', bench.core('configmaps', 'map'), change, headers);
    expect(body.data).toEqual({ c: '3' });
    expect(body.metadata.generation).toBeUndefined();
    const wrong = await bench.api.post(bench.core('configmaps'), { ...map, data: { n: 1 } });
    expect(wrong).toMatchObject({ status: 400, body: { reason: 'BadRequest' } });
  });

  it('lists built-in kinds without repeating the kind', async () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'listed' } };
    await bench.api.post(bench.core('configmaps'), map);
    const { body } = await bench.api.get(`${bench.core('configmaps')}?fieldSelector=metadata.name%3Dlisted`);
    expect(body).toMatchObject({ kind: 'ConfigMapList', items: [{ metadata: { name: 'listed' } }] });
    expect(body.items[0].kind).toBeUndefined();
  });

  it('shows the same events in both APIs', async () => {
    const path = `/apis/events.k8s.io/v1/namespaces/${bench.namespace}/events`;
    const event = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'happened' },
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'example.com/tests',
      reportingInstance: 'one',
      action: 'Testing',
      reason: 'Tested',
      regarding: { apiVersion: 'v1', kind: 'ConfigMap', name: 'map', namespace: bench.namespace },
      note: 'It was tested.',
      type: 'Normal',
    };
    expect((await bench.api.post(path, event)).status).toBe(201);
    const selector = 'fieldSelector=involvedObject.name%3Dmap%2Creason%3DTested';
    const { body } = await bench.api.get(`${bench.core('events')}?${selector}`);
    expect(body.items).toMatchObject([{ message: 'It was tested.', reportingComponent: 'example.com/tests' }]);
    const back = await bench.api.get(`${path}/happened`);
    expect(back.body).toMatchObject({
      apiVersion: 'events.k8s.io/v1',
      note: 'It was tested.',
      regarding: { name: 'map' },
    });
    const imprecise = { ...event, metadata: { name: 'imprecise' }, eventTime: '2026-01-01T00:00:00Z' };
    expect((await bench.api.post(path, imprecise)).status).toBe(400);
    const { reason: _reason, ...incomplete } = event;
    expect((await bench.api.post(path, { ...incomplete, metadata: { name: 'incomplete' } })).status).toBe(422);
    const fixed = await bench.api.merge(`${path}/happened`, { note: 'Another.' });
    expect(fixed).toMatchObject({ status: 422, body: { details: { causes: [{ field: 'message' }] } } });
    const again = { series: { count: 2, lastObservedTime: '2026-01-01T00:01:00.000000Z' } };
    expect((await bench.api.merge(`${path}/happened`, again)).body.series.count).toBe(2);
  });

  it('lets one holder win a Lease', async () => {
    const path = `/apis/coordination.k8s.io/v1/namespaces/${bench.namespace}/leases`;
    const lease = (holderIdentity: string) => ({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'leader' },
      spec: { holderIdentity, leaseDurationSeconds: 15, renewTime: '2026-01-01T00:00:00.000000Z' },
    });
    const { body } = await bench.api.post(path, lease('a'));
    const take = (holder: string) => {
      const metadata = { name: 'leader', resourceVersion: body.metadata.resourceVersion };
      return bench.api.put(`${path}/leader`, { ...lease(holder), metadata });
    };
    const replies = await Promise.all([take('b'), take('c')]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
    const imprecise = { ...lease('a'), spec: { renewTime: '2026-01-01T00:00:00Z' } };
    expect((await bench.api.put(`${path}/leader`, imprecise)).status).toBe(400);
  });

  it('creates a Lease by PUT, and updates it only from a resourceVersion', async () => {
    const path = `/apis/coordination.k8s.io/v1/namespaces/${bench.namespace}/leases/made-by-put`;
    const spec = { holderIdentity: 'a', leaseDurationSeconds: 15 };
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'made-by-put' }, spec };
    expect((await bench.api.put(path, lease)).status).toBe(201);
    expect((await bench.api.put(path, lease)).status).toBe(422);
  });

  it('refuses Secrets that are not base64', async () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'odd' }, data: { a: '!!' } };
    expect((await bench.api.post(bench.core('secrets'), secret)).status).toBe(400);
  });
}
