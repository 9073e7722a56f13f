import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../ports/json.ts';
import { DecodeError, decodeEntity } from './decodeEntity.ts';
import { encodeCreate, encodeUpdate } from './encodeEntity.ts';
import type { EntityKind } from './entity.ts';
import { fieldsOf } from './fields.ts';
import { decodeColumn, decodeLogFile, decodeRun, decodeTable } from './records.ts';
import { createWire, type Facts } from './wire.ts';

const update = (
  kind: EntityKind,
  raw: JsonObject,
  changes: Record<string, Json>,
  facts: Facts = {},
  wire = createWire(),
) => encodeUpdate(kind, decodeEntity(kind, raw, wire), new Map(Object.entries(changes)), wire, facts);
const create = (kind: EntityKind, fields: Record<string, Json>, wire = createWire()) =>
  encodeCreate(kind, new Map(Object.entries(fields)), wire, {});
const plain = (scrubbed: string) => scrubbed;

const JOB = {
  id: 'j1',
  name: 'Orders',
  type: 'Standard',
  source_connection: { id: 'c1', name: 'Salesforce' },
  destination_connection: { id: 'c2', name: 'Postgres' },
  schedule: { enabled: true, cron: '0 0 * * *' },
  send_email: false,
  email_to: 'a@example.com',
  drop_table: false,
  other_cache_options: 'x=1',
  updated_at: '2026-01-02T03:04:05Z',
  status: 'Running',
};

test('a job is decoded to the paths of its custom resource', () => {
  const job = decodeEntity('job', JOB, createWire());
  expect(Object.fromEntries(job.fields)).toEqual({
    name: 'Orders',
    type: 'Standard',
    source: { id: 'c1', name: 'Salesforce' },
    destination: { id: 'c2', name: 'Postgres' },
    'schedule.enabled': true,
    'schedule.cron': '0 0 * * *',
    'alerts.sendEmail': false,
    'alerts.emailTo': 'a@example.com',
    'options.dropTable': false,
    'extra.other_cache_options': 'x=1',
    'extra.updated_at': '2026-01-02T03:04:05Z',
    'extra.status': 'Running',
  });
  expect(job).toMatchObject({
    id: 'j1',
    wireId: 'j1',
    name: 'Orders',
    status: 'Running',
    updatedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
  });
  expect(job.children).toBeUndefined();
});

test('the same job in the spelling of the tables, with flat schedule and numbers as text', () => {
  const odd = {
    Job_Id: 12345678901234567890n,
    Name: 'Orders',
    Type: '2',
    'Source-Connection': { Id: 7, Name: 'Salesforce' },
    Schedule: 'true',
    Cron: '0 0 * * *',
    'Worker Pool': '5',
    EmailErrorOnly: 'false',
    Verbosity: 3,
  };
  const job = decodeEntity('job', odd, createWire());
  expect(job.id).toBe('12345678901234567890');
  expect(job.wireId).toBe(12345678901234567890n);
  expect(Object.fromEntries(job.fields)).toEqual({
    name: 'Orders',
    type: 'SyncAll',
    source: { id: '7', name: 'Salesforce' },
    'schedule.enabled': true,
    'schedule.cron': '0 0 * * *',
    'options.workerPool': 5,
    'alerts.emailErrorOnly': false,
    'options.verbosity': 'Transfer',
  });
});

test('what has no identity is an error', () => {
  for (const raw of [{}, { name: 'x' }, { id: '' }, { id: null }, [], 'x', null]) {
    expect(() => decodeEntity('job', raw as Json, createWire())).toThrow(DecodeError);
  }
});

test('an update is what was read with the changes over it, without read-only fields', () => {
  expect(
    update('job', JOB, { 'options.dropTable': true, source: { id: 'c9', name: 'New' }, 'alerts.emailTo': null }),
  ).toEqual({
    name: 'Orders',
    type: 'Standard',
    source_connection: { id: 'c9', name: 'New' },
    destination_connection: { id: 'c2', name: 'Postgres' },
    schedule: { enabled: true, cron: '0 0 * * *' },
    send_email: false,
    email_to: null,
    drop_table: true,
    other_cache_options: 'x=1',
  });
});

test('a reference given by id alone does not keep the old name', () => {
  expect(update('job', JOB, { source: { id: 'c9' } }).source_connection).toEqual({ id: 'c9' });
});

test.each([
  ['nested', { schedule: { enabled: true, cron: '1' } }, { schedule: { enabled: false, cron: '2' } }],
  ['a flat cron', { schedule: { enabled: true }, cron: '1' }, { schedule: { enabled: false }, cron: '2' }],
  ['a flat switch', { schedule: true, cron: '1' }, { schedule: false, cron: '2' }],
  ['prefixed', { schedule_enabled: true, schedule_cron: '1' }, { schedule_enabled: false, schedule_cron: '2' }],
  ['prefixed, cron unset', { schedule_enabled: true }, { schedule_enabled: false, schedule_cron: '2' }],
  ['only a switch', { schedule: true }, { schedule: false, cron: '2' }],
  ['nothing', {}, { schedule: { enabled: false, cron: '2' } }],
  ['null', { schedule: null }, { schedule: { enabled: false, cron: '2' } }],
])('a schedule is written as the base shows it: %s', (_, shown, written) => {
  expect(update('job', { id: 'j', ...shown }, { 'schedule.enabled': false, 'schedule.cron': '2' })).toEqual(written);
});

test('alerts are flat in jobs and nested in transformations, unless the base shows otherwise', () => {
  const changes = { 'alerts.sendEmail': true };
  expect(update('job', { id: 'j' }, changes)).toEqual({ send_email: true });
  expect(update('transformation', { id: 't' }, changes)).toEqual({ alerts: { send_email: true } });
  expect(update('job', { id: 'j', alerts: { email_to: 'x' } }, changes)).toEqual({
    alerts: { email_to: 'x', send_email: true },
  });
  expect(update('transformation', { id: 't', email_to: 'x' }, changes)).toEqual({ email_to: 'x', send_email: true });
});

test('keys go out in snake_case however they came in, unless a fact says otherwise', () => {
  const odd = {
    Id: 'c',
    Name: 'x',
    'Connector Version': '25',
    Settings: { UseCDataCallbackURL: true, somethingElse: 1 },
  };
  expect(update('connection', odd, { name: 'y' })).toEqual({
    name: 'y',
    connector_version: '25',
    settings: { use_cdata_callback_url: true, something_else: 1 },
  });
  expect(update('connection', odd, { name: 'y' }, { requestKeys: 'asRead' })).toEqual({
    Name: 'y',
    'Connector Version': '25',
    Settings: { UseCDataCallbackURL: true, somethingElse: 1 },
  });
});

test('masked values are known, not sent back, and replaced by what is given', () => {
  const raw = {
    id: 'c',
    name: 'x',
    properties: { Server: 'db', Password: '********', AuthToken: '<hidden>', Note: '<hidden>' },
  };
  const connection = decodeEntity('connection', raw, createWire());
  expect([...connection.masked]).toEqual(['properties.Password', 'properties.AuthToken']);
  expect(update('connection', raw, {})).toEqual({ name: 'x', properties: { Server: 'db', Note: '<hidden>' } });
  expect(update('connection', raw, { 'properties.password': 's3cret', 'properties.server': 'db2' }).properties).toEqual(
    {
      Server: 'db2',
      Note: '<hidden>',
      password: 's3cret',
    },
  );
});

test('property keys keep their own spelling', () => {
  const raw = { id: 'c', properties: { 'Auth Scheme': 'Basic', OAuthVersion: '2' } };
  expect(update('connection', raw, { 'properties.New.Key': 'v' }).properties).toEqual({
    'Auth Scheme': 'Basic',
    OAuthVersion: '2',
    'New.Key': 'v',
  });
});

test('ids of references go out in the type that this server uses', () => {
  const wire = createWire();
  decodeEntity('connection', { id: 12 }, wire);
  expect(create('job', { source: { id: '12' }, destination: { id: '12345678901234567890' } }, wire)).toEqual({
    source_connection: { id: 12 },
    destination_connection: { id: 12345678901234567890n },
  });
  expect(create('job', { source: { id: '12' } })).toEqual({ source_connection: { id: '12' } });
});

test.each([
  [
    { source_id: 4, source_name: 'a' },
    { source_id: 9, source_name: 'b' },
  ],
  [{ source_connection_id: 4 }, { source_connection_id: 9 }],
  [{ source: 4 }, { source: 9 }],
  [{ source: 'by name' }, { source: 'b' }],
  [{ source_connection: null }, { source_connection: { id: '9', name: 'b' } }],
])('a reference that is shown as %j is written as %j', (shown, written) => {
  expect(update('job', { id: 'j', ...shown }, { source: { id: '9', name: 'b' } })).toEqual(written);
});

test('a new object is placed as other replies of the server have shown it', () => {
  const wire = createWire();
  decodeEntity(
    'job',
    { id: 1, scheduleEnabled: true, scheduleCron: '1', alerts: { sendEmail: true }, source_id: 'x' },
    wire,
  );
  const fields = {
    'schedule.enabled': true,
    'schedule.cron': '1',
    'alerts.sendEmail': true,
    source: { id: 'y' },
    'options.dropTable': true,
  };
  expect(create('job', fields, wire)).toEqual({
    schedule_enabled: true,
    schedule_cron: '1',
    alerts: { send_email: true },
    source_id: 'y',
    drop_table: true,
  });
});

test('corrections of fields and values work in both directions', () => {
  const wire = createWire({
    fields: [
      { kind: 'job', path: 'options.dropTable', name: 'options.dropIt' },
      { kind: 'job', path: 'options.brandNew', name: 'brand_new' },
    ],
    values: [{ vocabulary: 'jobType', ours: 'SyncAll', theirs: 'everything' }],
  });
  const job = decodeEntity('job', { id: 1, type: 'Everything', options: { dropIt: true }, brand_new: [1] }, wire);
  expect(Object.fromEntries(job.fields)).toEqual({
    type: 'SyncAll',
    'options.dropTable': true,
    'options.brandNew': [1],
  });
  expect(create('job', { type: 'SyncAll', 'options.dropTable': false, 'options.brandNew': 2 }, wire)).toEqual({
    type: 'everything',
    options: { dropIt: false },
    brand_new: 2,
  });
});

test('words keep the notation that the base shows', () => {
  expect(
    update('job', { id: 1, type: 1, verbosity: '2' }, { type: 'ReverseETL', 'options.verbosity': 'Verbose' }),
  ).toEqual({
    type: 10,
    verbosity: '4',
  });
  expect(update('job', { id: 1, type: 'SYNC_ALL' }, { type: 'SyncAll' })).toEqual({ type: 'SYNC_ALL' });
  expect(
    update(
      'job',
      { id: 1, worker_pool: '3', drop_table: 'false' },
      { 'options.workerPool': 4, 'options.dropTable': true },
    ),
  ).toEqual({
    worker_pool: '4',
    drop_table: 'true',
  });
});

test('steps name what they refer to, whichever way the server says it', () => {
  const wire = createWire();
  const step = decodeEntity(
    'step',
    { id: 1, type: 'Replication', reference: { id: 'j1', name: 'Orders' }, position: 1 },
    wire,
  );
  expect(Object.fromEntries(step.fields)).toEqual({ type: 'job', job: { id: 'j1', name: 'Orders' }, position: 1 });
  expect(create('step', { job: { id: 'j2' } }, wire)).toEqual({ type: 'Replication', reference: { id: 'j2' } });
  expect(create('step', { event: { id: 'e1' } })).toEqual({ type: 'event', reference: { id: 'e1' } });
  expect(encodeUpdate('step', step, new Map([['transformation', { id: 't1' }]]), wire, {})).toEqual({
    type: 'transformation',
    reference: { id: 't1' },
  });
  const own = createWire();
  expect(decodeEntity('step', { id: 1, transformation_id: 't1' }, own).fields.get('transformation')).toEqual({
    id: 't1',
  });
  expect(create('step', { transformation: { id: 't2' } }, own)).toEqual({ transformation_id: 't2' });
});

test('children that come inside come in their own order, and go back unless PUT merges', () => {
  const raw = {
    id: 1,
    name: 'x',
    tasks: [
      { id: 12, table: 'B', index: 2 },
      { id: 11, table: 'A', index: 1 },
    ],
  };
  expect(
    decodeEntity('job', raw, createWire()).children?.map(({ name, fields }) => name ?? fields.get('table')),
  ).toEqual(['A', 'B']);
  expect(update('job', raw, {})).toEqual({ name: 'x', tasks: raw.tasks });
  expect(update('job', raw, {}, { putStyle: 'merge' })).toEqual({ name: 'x' });
});

test('a workspace is sent by its name alone, a user without the login name', () => {
  const workspace = {
    id: 'w',
    name: 'x',
    is_default: true,
    connections: [{ id: 'c' }],
    permissions: { can_update: true },
  };
  expect(update('workspace', workspace, { name: 'y' })).toEqual({ name: 'y' });
  const user = {
    id: 'u',
    user: 'joe',
    email_address: 'a@b',
    is_active: true,
    roles: [{ id: 'cdata_admin', name: 'Admin' }],
  };
  expect(update('user', user, { roles: ['cdata_admin', 'Job Operator', 'Custom Role'], user: 'jim' })).toEqual({
    email_address: 'a@b',
    is_active: true,
    roles: [{ id: 'cdata_admin', name: 'Admin' }, { id: 'cdata_support' }, { name: 'Custom Role' }],
  });
  expect(create('user', { user: 'joe', password: 'p' })).toEqual({ user: 'joe', password: 'p' });
});

test('extra is written at its wire path', () => {
  expect(
    update('job', { id: 1, deep: { Value: 1, other: 2 } }, { 'extra.deep.value': 3, 'extra.new.place': [1] }),
  ).toEqual({
    deep: { value: 3, other: 2 },
    new: { place: [1] },
  });
});

const KINDS: EntityKind[] = [
  'workspace',
  'connection',
  'job',
  'jobTask',
  'transformation',
  'transformationTask',
  'pipeline',
  'event',
  'user',
];

const some = (record: Record<string, fc.Arbitrary<Json>>) =>
  fc.record(record, { requiredKeys: [] }) as fc.Arbitrary<Record<string, Json>>;

test('every field of every kind survives being created, read and updated', () => {
  const ref = fc.record({ id: fc.uuid(), name: fc.constantFrom('one', 'two') });
  const values: Record<string, fc.Arbitrary<Json>> = {
    string: fc.constantFrom('a', 'b c', '0 0 * * *'),
    boolean: fc.boolean(),
    number: fc.integer(),
    word: fc.constantFrom('Standard', 'Info'),
    reference: ref,
    words: fc.array(fc.constantFrom('x', 'y')),
    ids: fc.array(fc.uuid()),
    roles: fc.constantFrom(['cdata_admin'], ['Custom Role', 'cdata_support']),
  };
  for (const kind of KINDS) {
    const table = fieldsOf(kind, []).filter((field) => !field.readOnly && values[field.type] !== undefined);
    const record = Object.fromEntries(
      table.map((field) => [
        field.path,
        field.bare ? (fc.record({ id: fc.uuid() }) as fc.Arbitrary<Json>) : values[field.type]!,
      ]),
    );
    fc.assert(
      fc.property(some(record), some(record), (before, after) => {
        const wire = createWire();
        const raw = { id: 'x', ...create(kind, before, wire) };
        const read = decodeEntity(kind, raw, wire);
        expect(Object.fromEntries(read.fields)).toEqual(before);
        const changes = Object.fromEntries(Object.entries(after).filter(([path]) => path !== 'user'));
        const stored = { id: 'x', ...encodeUpdate(kind, read, new Map(Object.entries(changes)), wire, {}) };
        const { user: _, ...expected } = { ...before, ...changes } as Record<string, Json>;
        expect(Object.fromEntries(decodeEntity(kind, stored, wire).fields)).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  }
});

test('a run is told by any of the replies', () => {
  const wire = createWire({ values: [{ vocabulary: 'runState', ours: 'succeeded', theirs: 'Alles gut' }] }, 'UTC');
  const history = {
    Id: 5,
    JobId: 'j',
    RunStartDate: '2026-01-02T03:04:05-05:00',
    Status: 'SUCCESSFUL',
    RecordsAffected: '12',
    LogFile: 'a.log',
  };
  expect(decodeRun(history, wire, plain)).toEqual({
    id: '5',
    state: 'succeeded',
    rawStatus: 'SUCCESSFUL',
    startedAt: Date.UTC(2026, 0, 2, 8, 4, 5),
    records: 12,
    words: '',
    tasks: [],
    logFile: 'a.log',
  });
  const status = {
    JobId: 'j',
    id: 'j',
    Status: 'Failed',
    Queries: [{ Query: 'q', Status: 'Error', Detail: 'no table' }],
  };
  expect(decodeRun(status, wire, plain, 'j')).toEqual({
    state: 'failed',
    rawStatus: 'Failed',
    words: '',
    tasks: [{ name: 'q', state: 'failed', rawStatus: 'Error', words: 'no table' }],
  });
  expect(decodeRun({ status: 'alles_gut' }, wire, plain).state).toBe('succeeded');
  expect(decodeRun({}, wire, plain)).toEqual({ state: 'unknown', rawStatus: '', words: '', tasks: [] });
});

test('tables, columns and log files are objects or names', () => {
  expect(decodeTable({ TableName: 'Account', Schema: 'dbo', TableType: 'TABLE' })).toEqual({
    name: 'Account',
    schema: 'dbo',
    type: 'TABLE',
  });
  expect(decodeTable('Account')).toEqual({ name: 'Account' });
  expect(decodeTable({})).toBeUndefined();
  expect(decodeColumn({ column_name: 'Id', data_type: 'INT', is_nullable: 'False', is_primary_key: true })).toEqual({
    name: 'Id',
    dataType: 'INT',
    nullable: false,
    primaryKey: true,
  });
  const wire = createWire();
  expect(decodeLogFile({ file_name: 'a.log', size: '12', last_modified: '2026-01-02T03:04:05Z' }, wire)).toEqual({
    name: 'a.log',
    size: 12,
    modifiedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
  });
});
