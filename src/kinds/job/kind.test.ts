import { expect, test } from 'vitest';
import { createReadyFakes, resource } from '../../../test/kinds/fakes.ts';
import { FIELDS } from '../../api/syncJob.ts';
import type { Json, JsonObject } from '../../ports/json.ts';
import { createJobKind } from './kind.ts';
import { naturalTask } from './tasks.ts';

const required = { workspaceRef: { name: 'main' }, name: 'Nightly' };
const job = (spec: JsonObject = {}, more: object = {}) =>
  resource('SyncJob', 'nightly', { spec: { ...required, ...spec }, ...more });

async function desired(spec: JsonObject) {
  const fakes = createReadyFakes();
  return (await createJobKind(fakes.context).gather(job(spec))).desired;
}

const SAMPLES: Readonly<Record<string, Json>> = {
  string: 'x',
  number: 7,
  boolean: true,
  vocabulary: 'Standard',
  cron: '0 0 2 * * *',
  json: 'x',
  reference: { name: 'crm' },
  set: ['x'],
};

/** `schedule.cron` as `{schedule: {cron: …}}`; `*` is a free key, `[]` the only item. */
function specWith(path: string, value: Json): JsonObject {
  const [head, ...rest] = path.replace('*', 'Free').split('.') as [string, ...string[]];
  const inner = rest.length === 0 ? value : specWith(rest.join('.'), value);
  return head.endsWith('[]') ? { [head.slice(0, -2)]: [inner] } : { [head]: inner };
}

const sent = FIELDS.filter(({ change }) => change !== 'local' && change !== 'fixed');

test.each(sent.filter(({ path }) => !path.startsWith('tasks')))(
  '$path reaches the server when set alone',
  async ({ path, equality }) => {
    const value = SAMPLES[equality]!;
    const { fields, secrets, children } = await desired(specWith(path, value));
    const want = equality === 'reference' ? { id: 'id-crm', name: 'CRM' } : value;
    const others = path === 'name' ? {} : { name: 'Nightly' };
    expect(Object.fromEntries(fields)).toEqual({ ...others, [path.replace('*', 'Free')]: want });
    expect(secrets.size).toBe(0);
    expect(children).toBeUndefined();
  },
);

test.each(sent.filter(({ path }) => path.startsWith('tasks')))(
  '$path is a field of its task',
  async ({ path, equality }) => {
    const { fields, children } = await desired(specWith(path, SAMPLES[equality]!));
    expect([...fields.keys()]).toEqual(['name']);
    const inside = path.replace('tasks[].', '').replace('*', 'Free');
    expect(children!.map((child) => Object.fromEntries(child.fields))).toEqual([{ [inside]: SAMPLES[equality] }]);
  },
);

test.each(FIELDS.filter(({ change }) => change === 'local' || change === 'fixed'))(
  '$path is never sent',
  async ({ path }) => {
    const references = { workspaceRef: { name: 'main' }, serverRef: { name: 'prod' } };
    const value = { ...references, tasksPolicy: 'AtLeast', resyncInterval: '1h', id: 'j' }[path] ?? 'x';
    const { fields, children } = await desired(specWith(path, value));
    expect([...fields.keys()]).toEqual(['name']);
    for (const child of children ?? []) expect(child.fields.size).toBe(0);
  },
);

test('tasks that the spec leaves out are not managed; an empty list means none', async () => {
  expect((await desired({})).children).toBeUndefined();
  expect((await desired({ tasks: [] })).children).toEqual([]);
});

test('tasks keep their order and keys, and other tasks only under AtLeast', async () => {
  const { children, childPolicy } = await desired({
    tasks: [{ table: 'B' }, { key: 'a', query: 'REPLICATE [A]' }],
    tasksPolicy: 'AtLeast',
  });
  expect(children!.map(({ key, natural }) => [key, natural])).toEqual([
    [undefined, 'B'],
    ['a', 'A'],
  ]);
  expect(childPolicy).toBe('AtLeast');
  expect((await desired({})).childPolicy).toBe('Exact');
});

test.each<[JsonObject, string]>([
  [{ table: 'Account' }, 'Account'],
  [{ query: 'REPLICATE [Account]' }, 'Account'],
  [{ query: ' replicate  Account ; ' }, 'Account'],
  [{ query: 'REPLICATE [Account.csv]' }, 'Account.csv'],
  [{ table: 'Account', query: 'REPLICATE [Account]' }, 'Account'],
  [
    { table: '', query: 'REPLICATE [Account] SELECT\n Id  FROM [Account]' },
    'REPLICATE [Account] SELECT Id FROM [Account]',
  ],
  [{ table: null, query: 'REPLICATE [Account] WITH x' } as JsonObject, 'REPLICATE [Account] WITH x'],
])('the task %j is known as %s', (fields, natural) => {
  expect(naturalTask(new Map(Object.entries(fields)))).toBe(natural);
});

test('a connection that has no id yet blocks the job', async () => {
  const fakes = createReadyFakes();
  const gathered = createJobKind(fakes.context).gather(job({ destinationRef: { name: 'lake' } }));
  await expect(gathered).rejects.toMatchObject({
    reason: 'ReferenceNotFound',
    message: 'SyncConnection team/lake, which spec.destinationRef names, does not exist; make it, or correct the name',
  });
});

test('a job that is being deleted needs no connections', async () => {
  const fakes = createReadyFakes();
  const leaving = job({ sourceRef: { name: 'gone' } }, { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } });
  const { desired } = await createJobKind(fakes.context).gather(leaving);
  expect(desired).toEqual({ name: 'Nightly', fields: new Map(), secrets: new Map(), childPolicy: 'Exact' });
});

test('a schedule that no cron says is refused with its field and a remedy', () => {
  const { problems } = createJobKind(createReadyFakes().context);
  const spec = { type: 'Standard', sourceRef: { name: 'crm' }, destinationRef: { name: 'warehouse' } };
  expect(problems(job({ ...spec, schedule: { cron: '0 0 25 * * *' } }))).toEqual([
    { path: 'spec.schedule.cron', message: expect.stringMatching(/hour "25".*write it as Sync takes it/) },
  ]);
  expect(problems(job({ ...spec, schedule: { cron: '0 0 2 * * *' } }))).toEqual([]);
  expect(problems(job())[0]!.message).toContain('must be given');
});

test('a word that nobody knows is a warning', () => {
  const { warnings } = createJobKind(createReadyFakes().context);
  expect(warnings(job({ type: 'Quantum' }))).toMatchObject([{ path: 'spec.type' }]);
});

test('it wakes with its workspace and its connections', () => {
  const { references } = createJobKind(createReadyFakes().context);
  const refs = references(job({ sourceRef: { name: 'crm' }, destinationRef: { id: 'c-1' } }));
  expect(refs).toEqual(['SyncWorkspace/team/main', 'SyncConnection/team/crm']);
});

test('runs are followed by the schedule of the spec, in the zone of the server, until the resource is gone', async () => {
  const fakes = createReadyFakes();
  fakes.put(resource('SyncServer', 'prod', { spec: { timeZone: 'UTC' } }));
  const kind = createJobKind(fakes.context);
  const known = job({ schedule: { enabled: true, cron: '0 0 2 * * *' } }, { status: { id: 'j-1' } });
  fakes.put(known);
  const { hooks } = await kind.gather(known);
  hooks!.follow!('j-1');
  expect(fakes.followed.get('j-1')).toEqual({ enabled: true, cron: '0 0 2 * * *', zone: 'UTC' });
  fakes.drop(known);
  expect(fakes.unfollowed).toEqual(['j-1']);
});

test('an object that another resource took over is still followed', async () => {
  const fakes = createReadyFakes();
  const kind = createJobKind(fakes.context);
  const old = job({}, { status: { id: 'j-1' } });
  fakes.put(old);
  await kind.gather(old);
  fakes.put(resource('SyncJob', 'renamed', { spec: required, status: { id: 'j-1' } }));
  fakes.drop(old);
  expect(fakes.unfollowed).toEqual([]);
});

test("a schedule that the spec leaves to the server is the server's", async () => {
  const fakes = createReadyFakes();
  const known = job({}, { status: { id: 'j-1' } });
  const { hooks } = await createJobKind(fakes.context).gather(known);
  hooks!.follow!('j-1');
  const fields = new Map<string, Json>([
    ['schedule.enabled', true],
    ['schedule.cron', '0 0 3 * * *'],
  ]);
  hooks!.report!({ id: 'j-1', status: {}, observed: { id: 'j-1', fields, masked: new Set() }, now: 0 });
  expect(fakes.followed.get('j-1')).toEqual({ enabled: true, cron: '0 0 3 * * *' });
});

test('a run that goes on is named', async () => {
  const fakes = createReadyFakes();
  const { hooks } = await createJobKind(fakes.context).gather(job());
  expect(hooks!.running!('j-1')).toBeUndefined();
  const current = { id: 'r-1', state: 'running' as const, rawStatus: '', words: '', tasks: [], startedAt: 0 };
  fakes.views.set('j-1', { running: true, current });
  expect(hooks!.running!('j-1')).toEqual({
    running: true,
    what: 'a run of Nightly (r-1) goes on since 1970-01-01T00:00:00Z',
  });
});
