import { expect, it } from 'vitest';
import type { Bench } from './suite.ts';

export function watchTests(bench: Bench): void {
  const revision = async () => (await bench.api.get(`${bench.widgets()}?limit=1`)).body.metadata.resourceVersion;
  const watch = (query: string) => bench.api.watch(`${bench.widgets()}?watch=true&${query}`);

  it('tells what happened since a revision, then what happens', async () => {
    const since = await revision();
    await bench.made('seen');
    const events: [string, string][] = [];
    for await (const { type, object } of watch(`resourceVersion=${since}&fieldSelector=metadata.name%3Dseen`)) {
      events.push([type, object.metadata.resourceVersion]);
      if (type === 'ADDED') await bench.api.merge(bench.widgets('seen'), { spec: { color: 'blue' } });
      if (type === 'MODIFIED') await bench.api.del(bench.widgets('seen'));
      if (type === 'DELETED') break;
    }
    expect(events.map(([type]) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
    const revisions = events.map(([, rv]) => Number(rv));
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
    expect(new Set(revisions).size).toBe(3);
  });

  it('starts with what is there when no revision is given', async () => {
    await bench.made('there');
    for await (const { type, object } of watch('fieldSelector=metadata.name%3Dthere')) {
      expect([type, object.kind, object.metadata.name]).toEqual(['ADDED', 'Widget', 'there']);
      break;
    }
  });

  it('adds what starts to match a selector and deletes what stops', async () => {
    const since = await revision();
    await bench.made('moving', {}, { labels: { watched: 'no' } });
    const set = (watched: string) => bench.api.merge(bench.widgets('moving'), { metadata: { labels: { watched } } });
    const types: string[] = [];
    await set('yes');
    for await (const { type } of watch(`resourceVersion=${since}&labelSelector=watched%3Dyes`)) {
      types.push(type);
      if (type === 'DELETED') break;
      await set('no');
    }
    expect(types).toEqual(['ADDED', 'DELETED']);
  });

  it('ends cleanly after timeoutSeconds', async () => {
    const types: string[] = [];
    for await (const { type } of watch(`resourceVersion=${await revision()}&timeoutSeconds=1`)) types.push(type);
    expect(types).toEqual([]);
  });

  it('shows rows too', async () => {
    await bench.made('watched-row');
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const path = `${bench.widgets()}?watch=true&fieldSelector=metadata.name%3Dwatched-row`;
    for await (const { type, object } of bench.api.watch(path, { accept })) {
      expect([type, object.kind, object.rows[0].cells[0]]).toEqual(['ADDED', 'Table', 'watched-row']);
      break;
    }
  });
}
