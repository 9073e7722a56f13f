import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCrds } from '../cluster/readCrds.ts';
import type { Loose, Manifest } from '../cluster/types.ts';
import { items } from './bounds.ts';
import { ownAccess } from './ownAccess.ts';
import { ELEMENT, ENTRY, type Node, nodesOf, pathOf } from './schemaTree.ts';
import { baseOf, resourceOf, specWith, statusWith } from './specs.ts';
import { createStage, type Stage } from './stage.ts';

const CRDS = readCrds('crds');
let stage: Stage;

beforeAll(async () => {
  stage = await createStage(ownAccess(), 'apply');
});
afterAll(() => stage.close());

/** As `kubectl apply --server-side --field-manager`. */
function apply(crd: Manifest, name: string, manager: string, fields: Loose, { subresource = '', force = true } = {}) {
  const { spec: _spec, ...object } = resourceOf(crd, name, {});
  const path = `${stage.path(crd, name, subresource || undefined)}?fieldManager=${manager}&force=${force}`;
  return stage.api.send('PATCH', path, { ...object, ...fields }, { 'content-type': 'application/apply-patch+yaml' });
}

/** Lists that stand in no other list or map. */
const lists = CRDS.flatMap((crd) =>
  nodesOf(crd)
    .filter(({ schema, steps }) => schema.type === 'array' && !steps.includes(ELEMENT) && !steps.includes(ENTRY))
    .map((node) => [`${crd.spec.names.kind} ${pathOf(node)}`, crd, node] as const),
);

const at = (object: Loose, { steps }: Node): unknown[] =>
  steps.reduce((value: Loose, step) => value?.[step], object) as unknown as unknown[];

/** Nothing but what leads to the node. */
function only({ steps }: Node, value: unknown): Loose {
  return steps.reduceRight<unknown>((below, step) => ({ [step]: below }), value) as Loose;
}

test.each(lists)('%s: two appliers share a list as its type says', async (what, crd, node) => {
  const name = what.toLowerCase().replaceAll(/[^a-z]+/g, '-');
  const elements = items(node.schema, 2);
  const inStatus = node.steps[0] === 'status';
  const options = inStatus ? { subresource: 'status' } : {};
  if (inStatus) {
    expect((await apply(crd, name, 'maker', { spec: baseOf(crd.spec.names.kind) })).status).toBe(201);
    const first = { status: statusWith(crd, node, () => [elements[0]]) };
    expect(await apply(crd, name, 'one', first, options)).toMatchObject({ status: 200 });
  } else {
    const first = { spec: specWith(crd, node, () => [elements[0]]) };
    expect(await apply(crd, name, 'one', first)).toMatchObject({ status: 201 });
  }
  const both = at((await apply(crd, name, 'two', only(node, [elements[1]]), options)).body, node);
  const type = node.schema['x-kubernetes-list-type'] ?? 'atomic';
  expect(both.length).toBe(type === 'atomic' ? 1 : 2);
  if (type === 'atomic') return;
  // What one no longer applies goes; what the other applied stays.
  const { body } = await apply(crd, name, 'two', only(node, []), options);
  expect(at(body, node)).toEqual([both[0]]);
});

test('a field that another manager owns is a conflict, unless forced', async () => {
  const crd = CRDS.find(({ spec }) => spec.names.kind === 'SyncJob')!;
  expect((await apply(crd, 'owned', 'one', { spec: { ...baseOf('SyncJob'), type: 'Standard' } })).status).toBe(201);
  const other = { spec: { type: 'SyncAll' } };
  const refused = await apply(crd, 'owned', 'two', other, { force: false });
  expect(refused).toMatchObject({ status: 409, body: { details: { causes: [{ reason: 'FieldManagerConflict' }] } } });
  expect((await apply(crd, 'owned', 'two', other)).body.spec.type).toBe('SyncAll');
});
