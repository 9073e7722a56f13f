import { expect, it } from 'vitest';
import type { Bench } from './suite.ts';

export function deletionTests(bench: Bench): void {
  it('deletes at once what nothing holds', async () => {
    await bench.made('gone');
    const reply = await bench.api.del(bench.widgets('gone'));
    expect(reply).toMatchObject({
      status: 200,
      body: { kind: 'Status', status: 'Success', details: { name: 'gone' } },
    });
    expect((await bench.api.get(bench.widgets('gone'))).status).toBe(404);
    expect((await bench.api.del(bench.widgets('gone'))).status).toBe(404);
  });

  it('checks preconditions', async () => {
    const { metadata } = await bench.made('careful');
    const otherUid = { preconditions: { uid: '00000000-0000-4000-8000-000000000000' } };
    expect((await bench.api.del(bench.widgets('careful'), otherUid)).status).toBe(409);
    const otherVersion = { preconditions: { resourceVersion: '1' } };
    expect((await bench.api.del(bench.widgets('careful'), otherVersion)).status).toBe(409);
    const right = { preconditions: { uid: metadata.uid, resourceVersion: metadata.resourceVersion } };
    expect((await bench.api.del(bench.widgets('careful'), right)).status).toBe(200);
  });

  it('waits for finalizers, and takes no new ones', async () => {
    await bench.made('held', {}, { finalizers: ['example.com/hold'] });
    const first = await bench.api.del(bench.widgets('held'));
    expect(first.body.metadata).toMatchObject({ name: 'held', generation: 2 });
    const { deletionTimestamp } = first.body.metadata;
    expect(deletionTimestamp).toBeTruthy();
    const again = await bench.api.del(bench.widgets('held'));
    expect(again.body.metadata.deletionTimestamp).toBe(deletionTimestamp);
    const more = { metadata: { finalizers: ['example.com/hold', 'example.com/more'] } };
    expect((await bench.api.merge(bench.widgets('held'), more)).status).toBe(422);
    const status = await bench.api.merge(bench.widgets('held', 'status'), { status: { phase: 'Leaving' } });
    expect(status.body.status.phase).toBe('Leaving');
    expect((await bench.api.merge(bench.widgets('held'), { metadata: { finalizers: null } })).status).toBe(200);
    expect((await bench.api.get(bench.widgets('held'))).status).toBe(404);
  });

  it('deletes collections by selector', async () => {
    for (const name of ['many-a', 'many-b']) await bench.made(name, {}, { labels: { many: 'yes' } });
    expect((await bench.api.del(`${bench.widgets()}?labelSelector=many%3Dyes`)).status).toBe(200);
    const { body } = await bench.api.get(`${bench.widgets()}?labelSelector=many%3Dyes`);
    expect(body.items).toEqual([]);
  });
}
