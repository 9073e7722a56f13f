import { expect, it } from 'vitest';
import type { Loose } from '../types.ts';
import type { Bench } from './suite.ts';

const names = (body: Loose) => body.items.map((item: Loose) => item.metadata.name);

export function readTests(bench: Bench): void {
  it('lists page by page, as things were at the first page', async () => {
    const labels = { suite: 'paging' };
    for (const name of ['page-a', 'page-b', 'page-c', 'page-d', 'page-other'])
      await bench.made(name, {}, name === 'page-other' ? {} : { labels });
    const path = `${bench.widgets()}?labelSelector=suite%3Dpaging&limit=2`;
    const first = await bench.api.get(path);
    expect(names(first.body)).toEqual(['page-a', 'page-b']);
    await bench.api.del(bench.widgets('page-d'));
    await bench.api.merge(bench.widgets('page-c'), { spec: { color: 'blue' } });
    const second = await bench.api.get(`${path}&continue=${encodeURIComponent(first.body.metadata.continue)}`);
    expect(names(second.body)).toEqual(['page-c', 'page-d']);
    expect(second.body.items[0].spec.color).toBe('red');
    expect(second.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
    // Others that do not match come after it: the server says that there is more, and then that there is not.
    const last = await bench.api.get(`${path}&continue=${encodeURIComponent(second.body.metadata.continue)}`);
    expect(last.body).toMatchObject({ items: [], metadata: { resourceVersion: first.body.metadata.resourceVersion } });
    expect(last.body.metadata.continue ?? '').toBe('');
  });

  it('counts what is left of a list, when nothing is filtered', async () => {
    await bench.made('zz-last');
    const { body } = await bench.api.get(`${bench.widgets()}?limit=1`);
    const all = await bench.api.get(bench.widgets());
    expect(body.metadata.remainingItemCount).toBe(all.body.items.length - 1);
  });

  it('selects by labels and by fields', async () => {
    await bench.made('sel-a', { color: 'green' }, { labels: { sel: 'a', tier: 'x' } });
    await bench.made('sel-b', { color: 'blue' }, { labels: { sel: 'b' } });
    const list = async (query: string) => names((await bench.api.get(`${bench.widgets()}?${query}`)).body);
    const label = (text: string) => list(`labelSelector=${encodeURIComponent(text)}`);
    const field = (text: string) => list(`fieldSelector=${encodeURIComponent(text)}`);
    expect(await label('sel=a')).toEqual(['sel-a']);
    expect(await label('sel in (a, b)')).toEqual(['sel-a', 'sel-b']);
    expect(await label('sel,!tier')).toEqual(['sel-b']);
    expect(await label('sel,sel!=a')).toEqual(['sel-b']);
    expect(await label('sel,tier notin (x)')).toEqual(['sel-b']);
    expect(await field('metadata.name=sel-a')).toEqual(['sel-a']);
    expect(await field('spec.color=blue,metadata.name!=sel-a')).toContain('sel-b');
    expect(await field('spec.color=green')).toEqual(expect.not.arrayContaining(['sel-b']));
    expect(await field(`metadata.namespace=${bench.namespace},metadata.name=sel-b`)).toEqual(['sel-b']);
    const unknown = await bench.api.get(`${bench.widgets()}?fieldSelector=spec.size%3D3`);
    expect(unknown).toMatchObject({ status: 400, body: { reason: 'BadRequest' } });
  });

  it('shows rows with the columns of the CRD', async () => {
    await bench.made('row', { size: 7 });
    await bench.api.merge(bench.widgets('row', 'status'), {
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    });
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    const { body } = await bench.api.get(`${bench.widgets()}?fieldSelector=metadata.name%3Drow`, { accept });
    expect(body.kind).toBe('Table');
    expect(body.columnDefinitions.map((column: Loose) => [column.name, column.priority])).toEqual([
      ['Name', 0],
      ['Color', 0],
      ['Ready', 0],
      ['Size', 1],
      ['Age', 0],
    ]);
    expect(body.rows[0].cells.slice(0, 4)).toEqual(['row', 'red', 'True', 7]);
    expect(body.rows[0].cells[4]).toMatch(/^\d+[smh]/);
    expect(body.rows[0].object).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'row' } });
  });

  it('shows metadata alone', async () => {
    await bench.made('meta');
    const accept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json';
    const { body } = await bench.api.get(`${bench.widgets()}?fieldSelector=metadata.name%3Dmeta`, { accept });
    expect(body.kind).toBe('PartialObjectMetadataList');
    expect(body.items[0].metadata.name).toBe('meta');
    expect(body.items[0].spec).toBeUndefined();
  });

  it('refuses a list from a revision that is still to come', async () => {
    const { body } = await bench.api.get(`${bench.widgets()}?limit=1`);
    const future = Number(body.metadata.resourceVersion) + 1_000_000;
    const reply = await bench.api.get(`${bench.widgets()}?resourceVersion=${future}`);
    expect(reply).toMatchObject({ status: 504, body: { reason: 'Timeout' } });
  });
}
