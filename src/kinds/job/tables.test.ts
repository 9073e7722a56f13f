import { expect, test } from 'vitest';
import { createReadyFakes, resource } from '../../../test/kinds/fakes.ts';
import { FIELDS } from '../../api/syncJob.ts';
import type { Desired } from '../../engine/kind.ts';
import type { JsonObject } from '../../ports/json.ts';
import { desiredTasks, itemFields } from '../shared/children.ts';
import { createJobKind } from './kind.ts';
import { nearest } from './nearest.ts';
import { checkTables } from './tables.ts';
import { naturalTask } from './tasks.ts';

const want = (...tasks: JsonObject[]): Desired => ({
  name: 'Nightly',
  fields: new Map([['sourceRef', { id: 'c-1' }]]),
  secrets: new Map(),
  children: desiredTasks(tasks, itemFields(FIELDS, 'tasks'), naturalTask),
  childPolicy: 'Exact',
});
const source = async () => [{ name: 'Account', schema: 'dbo' }, { name: 'Contact' }];

test.each(['Account', 'dbo.Account', 'Contact'])('%s is there', async (table) => {
  expect(await checkTables(want({ table }), undefined, source)).toEqual({ state: 'found' });
});

test('what is missing is named by its field, with what may have been meant', async () => {
  const check = await checkTables(
    want({ table: 'Contact' }, { query: 'REPLICATE [Acount]' }, { table: 'Zz' }),
    undefined,
    source,
  );
  expect(check).toEqual({
    state: 'missing',
    message:
      'the source has no such table: spec.tasks[1] Acount (there is Account); spec.tasks[2] Zz; ' +
      'correct the name, or set verifyTables: false',
  });
});

test('tasks that the server has, and queries that are more than a table, are left alone', async () => {
  const fields = new Map([['query', 'REPLICATE [Old]']]);
  const have = {
    id: 'j',
    fields: new Map(),
    masked: new Set<string>(),
    children: [{ id: 't', fields, masked: new Set<string>() }],
  };
  const tasks = want({ table: 'Old' }, { query: 'REPLICATE [New] SELECT * FROM [Gone]' });
  const list = () => Promise.reject(new Error('nobody needs to ask'));
  expect(await checkTables(tasks, have, list)).toEqual({ state: 'found' });
});

test('a source that cannot be asked blocks nothing', async () => {
  const check = await checkTables(want({ table: 'A' }), undefined, () => Promise.reject(new Error('no such route')));
  expect(check).toMatchObject({ state: 'unknown', message: expect.stringContaining('no such route') });
  expect(await checkTables(want({ table: 'A' }), undefined, async () => [])).toMatchObject({ state: 'unknown' });
});

test.each([
  ['Acount', ['Account', 'Accounts']],
  ['account', ['Account', 'Accounts']],
  ['Accounts', ['Accounts', 'Account']],
  ['Invoice', []],
])('near %s is %j', (name, near) => {
  expect(nearest(name, ['Contact', 'Accounts', 'Account'])).toEqual(near);
});

test('that tasks stand unchecked is a condition, until a check went through', async () => {
  const fakes = createReadyFakes();
  const kind = createJobKind(fakes.context);
  const spec = {
    workspaceRef: { name: 'main' },
    name: 'Nightly',
    sourceRef: { name: 'crm' },
    tasks: [{ table: 'A' }],
    verifyTables: true,
  };
  const pass = async () => {
    const { hooks, desired } = await kind.gather(resource('SyncJob', 'nightly', { spec }));
    const refused = await hooks!.check!(desired, undefined);
    const { conditions } = hooks!.report!({ status: {}, now: 0 });
    return { refused, unchecked: conditions.find(({ type }) => type === 'TablesVerified') };
  };
  fakes.session.tables = () => Promise.reject(new Error('not now'));
  expect(await pass()).toMatchObject({
    refused: undefined,
    unchecked: { status: 'Unknown', reason: 'TablesUnchecked' },
  });
  fakes.session.tables = async (id) => (id === 'id-crm' ? [{ name: 'B' }] : []);
  expect(await pass()).toMatchObject({ refused: { reason: 'TablesNotFound' }, unchecked: undefined });
});
