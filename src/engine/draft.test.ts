import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../ports/json.ts';
import { createDraft, mergePatch } from './draft.ts';
import type { Resource } from './resource.ts';

/** RFC 7386, as an API server applies it. */
function applyPatch(target: Json | undefined, patch: Json): Json {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: JsonObject =
    typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = applyPatch(result[key], value);
  }
  return result;
}

const key = fc.constantFrom('a', 'b', 'c');
const tree = fc.letrec<{ object: JsonObject; value: Json }>((tie) => ({
  object: fc.dictionary(key, tie('value'), { maxKeys: 3 }),
  value: fc.oneof(
    { depthSize: 'small' },
    fc.integer(),
    fc.string(),
    fc.array(fc.integer(), { maxLength: 2 }),
    tie('object'),
  ),
}));

test('a merge patch turns one status into the other, and is absent when they are equal', () => {
  fc.assert(
    fc.property(tree.object, tree.object, (before, after) => {
      const patch = mergePatch(before, after);
      expect(patch === undefined ? before : applyPatch(before, patch)).toEqual(after);
    }),
  );
});

test('a draft saves once what differs, and plans from the version it read', async () => {
  const patches: [JsonObject, string | undefined][] = [];
  const resource = { metadata: { resourceVersion: '7' }, status: { id: 'a' } } as unknown as Resource;
  const draft = createDraft(resource, {
    async patchStatus(current, patch, version) {
      patches.push([patch, version]);
      return { ...current, metadata: { ...current.metadata, resourceVersion: '8' } };
    },
  });
  expect(await draft.save()).toBe(false);
  draft.status.id = undefined;
  draft.status.owned = true;
  expect(draft.dirty).toBe(true);
  await draft.save({ fenced: true });
  draft.status.owned = false;
  await draft.save({ fenced: true });
  expect(patches).toEqual([
    [{ id: null, owned: true }, '7'],
    [{ owned: false }, '8'],
  ]);
});

test('a member that is undefined is none, within a list, too', () => {
  const before = { changes: [{ path: 'name' }] };
  expect(mergePatch(before, { changes: [{ path: 'name', from: undefined }] } as unknown as JsonObject)).toBeUndefined();
  expect(mergePatch(before, { changes: [{ path: 'name', from: 'x' }] })).toEqual({
    changes: [{ path: 'name', from: 'x' }],
  });
});

test('within lists, too, a member that is undefined is not there, and the order of members does not matter', () => {
  const before = { conditions: [{ type: 'Ready', status: 'True', reason: undefined }] } as unknown as JsonObject;
  expect(mergePatch(before, { conditions: [{ status: 'True', type: 'Ready' }] })).toBeUndefined();
  const other = { conditions: [{ status: 'True', type: 'Ready', reason: 'Available' }] };
  expect(mergePatch(before, other)).toEqual(other);
  expect(mergePatch(other, before)).toEqual(before);
});

test('what goes along is sent whole with whatever differs, and also when it is not there', async () => {
  const sent = async (observed?: JsonObject) => {
    const patches: JsonObject[] = [];
    const resource = { metadata: {}, status: { id: 'a', observed } } as unknown as Resource;
    const draft = createDraft(resource, {
      async patchStatus(current, patch) {
        patches.push(patch);
        return current;
      },
    });
    await draft.save({ along: ['observed'] });
    draft.status.id = 'b';
    await draft.save({ along: ['observed'] });
    return patches;
  };
  const observed = { listDigest: 'x', deepTime: '2026-01-01T00:00:00Z' };
  expect(await sent(observed)).toEqual([{ id: 'b', observed }]);
  expect(await sent()).toEqual([{ id: 'b', observed: null }]);
});
