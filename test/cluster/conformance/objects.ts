import { expect, it } from 'vitest';
import type { Bench } from './suite.ts';

const json = { 'content-type': 'application/json-patch+json' };

export function objectTests(bench: Bench): void {
  it('creates with uid, generation, timestamps and defaults, and without status', async () => {
    const { status, body } = await bench.api.post(bench.widgets(), {
      ...bench.widget('fresh'),
      status: { phase: 'x' },
    });
    expect(status).toBe(201);
    expect(body.metadata).toMatchObject({ name: 'fresh', namespace: bench.namespace, generation: 1 });
    expect(body.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(body.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(body.spec).toEqual({ color: 'red', size: 3 });
    expect(body.status).toBeUndefined();
  });

  it('refuses a second object of the name, and one that is not there', async () => {
    await bench.made('twice');
    const again = await bench.api.post(bench.widgets(), bench.widget('twice'));
    expect(again).toMatchObject({ status: 409, body: { kind: 'Status', reason: 'AlreadyExists' } });
    const missing = await bench.api.get(bench.widgets('missing'));
    expect(missing).toMatchObject({ status: 404, body: { reason: 'NotFound', details: { name: 'missing' } } });
  });

  it('makes a name from generateName', async () => {
    const { name: _name, ...metadata } = bench.widget('x').metadata;
    const body = { ...bench.widget('x'), metadata: { ...metadata, generateName: 'gen-' } };
    const reply = await bench.api.post(bench.widgets(), body);
    expect(reply.body.metadata.name).toMatch(/^gen-[a-z0-9]{5}$/);
  });

  it('updates by PUT only from the present resourceVersion', async () => {
    const first = await bench.made('put');
    const bare = await bench.api.put(bench.widgets('put'), bench.widget('put', { color: 'blue' }));
    expect(bare).toMatchObject({ status: 422, body: { details: { causes: [{ field: 'metadata.resourceVersion' }] } } });
    const second = await bench.api.put(bench.widgets('put'), { ...first, spec: { color: 'blue' } });
    expect(second).toMatchObject({
      status: 200,
      body: { metadata: { generation: 2 }, spec: { color: 'blue', size: 3 } },
    });
    const stale = await bench.api.put(bench.widgets('put'), { ...first, spec: { color: 'green' } });
    expect(stale).toMatchObject({ status: 409, body: { reason: 'Conflict' } });
  });

  it('writes nothing when nothing changes', async () => {
    const first = await bench.made('noop');
    const put = await bench.api.put(bench.widgets('noop'), first);
    const patch = await bench.api.merge(bench.widgets('noop'), {
      spec: { color: 'red' },
      status: { phase: 'ignored' },
    });
    expect(put.body.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    expect(patch.body.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });

  it('keeps status and everything else apart', async () => {
    await bench.made('apart');
    const change = { metadata: { labels: { a: 'b' } }, spec: { color: 'blue' }, status: { phase: 'Up', none: 1 } };
    const status = await bench.api.merge(bench.widgets('apart', 'status'), change);
    expect(status.body).toMatchObject({ spec: { color: 'red' }, status: { phase: 'Up' }, metadata: { generation: 1 } });
    expect(status.body.metadata.labels).toBeUndefined();
    expect(status.body.status.none).toBeUndefined();
    const main = await bench.api.merge(bench.widgets('apart'), change);
    expect(main.body).toMatchObject({ spec: { color: 'blue' }, status: { phase: 'Up' }, metadata: { generation: 2 } });
    const labels = await bench.api.merge(bench.widgets('apart'), { metadata: { labels: { a: null, c: 'd' } } });
    expect(labels.body.metadata).toMatchObject({ generation: 2, labels: { c: 'd' } });
    const { body } = await bench.api.get(bench.widgets('apart', 'status'));
    expect(body.status).toEqual({ phase: 'Up' });
  });

  it('honours a resourceVersion inside a patch', async () => {
    const first = await bench.made('guarded');
    const { resourceVersion } = first.metadata;
    const guarded = (phase: string) => ({ metadata: { resourceVersion }, status: { phase } });
    expect((await bench.api.merge(bench.widgets('guarded', 'status'), guarded('one'))).status).toBe(200);
    expect((await bench.api.merge(bench.widgets('guarded', 'status'), guarded('two'))).status).toBe(409);
  });

  it('takes the uid of another object for an attempt to change it, unless the version is wrong already', async () => {
    const { metadata } = await bench.made('someone');
    const uid = '00000000-0000-4000-8000-000000000000';
    const change = (more: object) => bench.api.merge(bench.widgets('someone'), { metadata: { uid, ...more } });
    const about = expect.arrayContaining([expect.objectContaining({ field: 'metadata.uid' })]);
    const invalid = { status: 422, body: { reason: 'Invalid', details: { causes: about } } };
    expect(await change({})).toMatchObject(invalid);
    expect(await change({ resourceVersion: metadata.resourceVersion })).toMatchObject(invalid);
    expect((await change({ resourceVersion: '1' })).status).toBe(409);
    const put = { ...bench.widget('someone'), metadata: { ...metadata, uid } };
    expect((await bench.api.put(bench.widgets('someone'), put)).status).toBe(409);
  });

  it('takes JSON patches, whole or not at all', async () => {
    await bench.made('pointed', { words: { a: '1' } });
    const patch = (operations: unknown[]) => bench.api.send('PATCH', bench.widgets('pointed'), operations, json);
    const good = await patch([
      { op: 'test', path: '/spec/color', value: 'red' },
      { op: 'replace', path: '/spec/color', value: 'green' },
      { op: 'remove', path: '/spec/words/a' },
      { op: 'add', path: '/spec/words/b~1c', value: '2' },
    ]);
    expect(good.body.spec).toMatchObject({ color: 'green', words: { 'b/c': '2' } });
    const bad = await patch([
      { op: 'replace', path: '/spec/color', value: 'blue' },
      { op: 'test', path: '/spec/size', value: 99 },
    ]);
    expect(bad.status).toBe(422);
    expect((await bench.api.get(bench.widgets('pointed'))).body.spec.color).toBe('green');
  });

  it('has no strategic merge patch for custom resources', async () => {
    await bench.made('strategic');
    const headers = { 'content-type': 'application/strategic-merge-patch+json' };
    const reply = await bench.api.send('PATCH', bench.widgets('strategic'), { spec: { color: 'blue' } }, headers);
    expect(reply).toMatchObject({ status: 415, body: { reason: 'UnsupportedMediaType' } });
  });

  it('takes null as absent', async () => {
    const { spec } = await bench.made('nulls', { words: null, name: null, free: null, size: null });
    expect(spec).toEqual({ color: 'red', size: 3 });
    const patched = await bench.api.merge(bench.widgets('nulls'), { spec: { size: null, color: null } });
    expect(patched).toMatchObject({ status: 422, body: { details: { causes: [{ field: 'spec.color' }] } } });
  });

  it('lets nobody rename an object or set its deletion', async () => {
    await bench.made('fixed');
    const set = async (metadata: unknown) => (await bench.api.merge(bench.widgets('fixed'), { metadata })).status;
    expect(await set({ name: 'other' })).toBe(400);
    expect(await set({ uid: 'other' })).toBe(422);
    expect(await set({ deletionTimestamp: '2026-01-01T00:00:00Z' })).toBe(422);
    expect(await set({ generation: 9, creationTimestamp: '2020-01-01T00:00:00Z' })).toBe(200);
    expect((await bench.api.get(bench.widgets('fixed'))).body.metadata.generation).toBe(1);
  });

  it('stores nothing on a dry run', async () => {
    const made = await bench.api.post(`${bench.widgets()}?dryRun=All`, bench.widget('dry'));
    expect(made).toMatchObject({ status: 201, body: { spec: { size: 3 } } });
    expect((await bench.api.get(bench.widgets('dry'))).status).toBe(404);
    await bench.made('dry');
    await bench.api.get(bench.widgets('dry'));
    const patched = await bench.api.merge(`${bench.widgets('dry')}?dryRun=All`, { spec: { size: 5 } });
    expect(patched).toMatchObject({ status: 200, body: { spec: { size: 5 } } });
    expect((await bench.api.get(bench.widgets('dry'))).body.spec.size).toBe(3);
  });

  it('creates only in a namespace that exists', async () => {
    const path = bench.widgets().replace(bench.namespace, 'no-such-namespace');
    const body = { ...bench.widget('lost'), metadata: { name: 'lost' } };
    expect((await bench.api.post(path, body)).status).toBe(404);
  });
}
