import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../support/seededRandom.ts';
import { createVirtualClock } from '../support/virtualClock.ts';
import { type Cluster, createCluster } from './cluster.ts';
import { deepEqual } from './deepEqual.ts';
import { humanDuration } from './duration.ts';
import { jsonPathValues } from './jsonPath.ts';
import { mergePatch } from './patch/merge.ts';
import { strategicPatch } from './patch/strategic.ts';
import { createSortedKeys } from './sortedKeys.ts';
import type { Loose } from './types.ts';
import { widget, widgetCrd } from './widgets.ts';

const get = async (cluster: Cluster, path: string): Promise<Loose> => {
  const request = { method: 'GET', path, headers: {}, body: '', signal: new AbortController().signal };
  return JSON.parse((await cluster.handler(request)).body as string);
};

describe('properties', () => {
  it('keys stay in order and countable, whatever is added and taken', () => {
    const key = fc.stringMatching(/^[a-d]{1,4}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.boolean()), { maxLength: 300 }), key, (steps, from) => {
        const keys = createSortedKeys();
        const model = new Set<string>();
        for (const [text, add] of steps) {
          if (add) model.add(text);
          else model.delete(text);
          keys[add ? 'add' : 'delete'](text);
        }
        const sorted = [...model].sort();
        expect([...keys.after('')]).toEqual(sorted);
        expect([...keys.after(from)]).toEqual(sorted.filter((text) => text > from));
        expect(keys.rank(from)).toBe(sorted.filter((text) => text <= from).length);
        expect(keys.size).toBe(model.size);
      }),
    );
  });

  it('keys by the thousand split into chunks', () => {
    const keys = createSortedKeys();
    const random = createSeededRandom(3);
    const all = Array.from({ length: 3000 }, () => random.uuid());
    for (const key of all) keys.add(key);
    expect([...keys.after('')]).toEqual([...all].sort());
    for (const key of all.slice(0, 2900)) keys.delete(key);
    expect([...keys.after('')]).toEqual(all.slice(2900).sort());
  });

  it('pages show one revision, whatever is written between them', async () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const step = fc.tuple(name, fc.constantFrom('red', 'green', 'blue', 'gone'));
    const change = (cluster: Cluster, [what, color]: [string, string]) => {
      if (color !== 'gone') cluster.apply(widget(what, { color }));
      else if (cluster.get('Widget', what)) cluster.delete('Widget', what);
    };
    await fc.assert(
      fc.asyncProperty(fc.array(step), fc.array(fc.array(step)), async (before, between) => {
        const cluster = createCluster({ clock: createVirtualClock(), random: createSeededRandom(1) });
        cluster.install(widgetCrd);
        for (const one of before) change(cluster, one);
        const expected = cluster.objects('Widget');
        const seen: Loose[] = [];
        let token = '';
        do {
          const page = await get(cluster, `/apis/twin.example.com/v1alpha1/widgets?limit=2&continue=${token}`);
          seen.push(...page.items);
          token = page.metadata.continue ?? '';
          for (const one of between.pop() ?? []) change(cluster, one);
        } while (token);
        expect(seen).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  it('a merge patch changes nothing in place and sets what it says', () => {
    const value = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue());
    fc.assert(
      fc.property(value, value, (target, patch) => {
        const before = structuredClone(target);
        const result = mergePatch(target, patch);
        expect(target).toEqual(before);
        expect(deepEqual(mergePatch(result, patch), result)).toBe(true);
      }),
    );
  });
});

describe('strategic merge patch', () => {
  it('merges lists by key, sets as sets, and follows directives', () => {
    const target = {
      finalizers: ['a'],
      ownerReferences: [
        { uid: '1', name: 'x' },
        { uid: '2', name: 'y' },
      ],
      data: { a: '1' },
    };
    const patch = {
      finalizers: ['b'],
      '$setElementOrder/finalizers': ['a', 'b'],
      ownerReferences: [
        { uid: '1', name: 'z' },
        { uid: '2', $patch: 'delete' },
      ],
      data: { $patch: 'replace', b: '2' },
    };
    expect(strategicPatch(target, patch)).toEqual({
      finalizers: ['a', 'b'],
      ownerReferences: [{ uid: '1', name: 'z' }],
      data: { b: '2' },
    });
    expect(strategicPatch(target, { '$deleteFromPrimitiveList/finalizers': ['a'] }).finalizers).toEqual([]);
  });
});

describe('what kubectl prints', () => {
  it('reads the paths of printer columns', () => {
    const object = {
      metadata: { annotations: { 'a.b/c': '1' } },
      status: { conditions: [{ type: 'Ready', status: 'True' }], list: [1, 2] },
    };
    const paths: Record<string, Loose[]> = {
      '.status.conditions[?(@.type=="Ready")].status': ['True'],
      ".status.conditions[?(@.type=='None')].status": [],
      '.metadata.annotations.a\\.b/c': ['1'],
      ".metadata.annotations['a.b/c']": ['1'],
      '{.status.list[*]}': [1, 2],
      '$.status.list[-1]': [2],
      '.none.at.all': [],
    };
    for (const [path, values] of Object.entries(paths)) expect(jsonPathValues(object, path), path).toEqual(values);
  });

  it('writes ages as kubectl does', () => {
    const second = 1000;
    const hour = 3600 * second;
    const ages = [0, 119, 120, 200, 600, 3 * 3600].map((seconds) => humanDuration(seconds * second));
    expect(ages).toEqual(['0s', '119s', '2m', '3m20s', '10m', '3h']);
    const long = [47, 48, 50, 24 * 8, 24 * 365 * 2 + 24].map((hours) => humanDuration(hours * hour));
    expect(long).toEqual(['47h', '2d', '2d2h', '8d', '2y1d']);
  });
});
