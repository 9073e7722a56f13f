import { describe, expect, test } from 'vitest';
import { FIELDS } from '../api/syncJob.ts';
import type { Json } from '../ports/json.ts';
import type { Desired, Kind } from './kind.ts';
import { createMacs } from './macs.ts';
import { hashField, planObject } from './planObject.ts';
import type { RemoteObject } from './remote.ts';
import type { Status } from './resource.ts';

const macs = createMacs(new Uint8Array(32).fill(7));

const kind: Kind = {
  name: 'SyncJob',
  fields: FIELDS,
  children: { noun: 'Task', list: 'tasks', natural: (fields) => `table ${fields.get('table')}`, loss: 'the state' },
  activation: 'schedule.enabled',
  lossWhenRemade: 'it loads everything anew',
  problems: () => [],
  warnings: () => [],
  references: () => [],
  gather: () => Promise.reject(new Error('not here')),
};

function desired(fields: Record<string, Json>, tables?: string[], secrets: Record<string, string> = {}): Desired {
  return {
    name: String(fields.name ?? 'orders'),
    fields: new Map(Object.entries(fields)),
    secrets: new Map(Object.entries(secrets)),
    childPolicy: 'Exact',
    ...(tables && {
      children: tables.map((table) => ({ natural: `table ${table}`, fields: new Map([['table', table]]) })),
    }),
  };
}

function remote(fields: Record<string, Json>, tables?: string[], masked: string[] = []): RemoteObject {
  return {
    id: 'j1',
    fields: new Map(Object.entries(fields)),
    masked: new Set(masked),
    ...(tables && {
      children: tables.map((table) => ({
        id: `t-${table}`,
        fields: new Map([['table', table]]),
        masked: new Set<string>(),
      })),
    }),
  };
}

function plan(
  wanted: Desired,
  observed: RemoteObject | undefined,
  more: Partial<Parameters<typeof planObject>[0]> = {},
) {
  return planObject({
    kind,
    desired: wanted,
    observed,
    vanished: false,
    adopting: false,
    status: { owned: true },
    scope: {},
    macs,
    ...more,
  });
}

const titles = (result: ReturnType<typeof plan>) => result.steps.map((step) => step.title);
const applied = (fields: Record<string, Json>): Status => ({
  owned: true,
  applied: Object.fromEntries(Object.entries(fields).map(([path, value]) => [path, hashField(macs, path, value)])),
});

describe('a new object', () => {
  test('is made with its schedule off, given its tasks, and switched on last', () => {
    const result = plan(desired({ name: 'orders', 'schedule.enabled': true }, ['A', 'B']), undefined);
    expect(titles(result)).toEqual([
      'create orders',
      'addTask table A',
      'addTask table B',
      'activate schedule.enabled',
    ]);
    expect(result.steps[0]!.changes.find(({ path }) => path === 'schedule.enabled')!.to).toBe(false);
  });

  test('that vanished is destructive to make again', () => {
    const [step] = plan(desired({ name: 'orders' }), undefined, { vanished: true }).steps;
    expect(step).toMatchObject({ destructive: true, cause: 'vanished', loss: 'it loads everything anew' });
  });
});

describe('an object that is there', () => {
  test('and equal needs nothing', () => {
    expect(
      plan(desired({ name: 'orders', 'options.batchSize': 5 }), remote({ name: 'orders', 'options.batchSize': '5' }))
        .steps,
    ).toEqual([]);
  });

  test('what the spec does not name is left alone', () => {
    expect(plan(desired({ name: 'orders' }), remote({ name: 'orders', 'schedule.cron': '0 0 * * *' })).steps).toEqual(
      [],
    );
  });

  test('what the server does not show is sent only when the spec moved', () => {
    const wanted = desired({ 'options.batchSize': 5 });
    expect(plan(wanted, remote({}), { status: applied({ 'options.batchSize': 5 }) }).steps).toEqual([]);
    expect(titles(plan(wanted, remote({}), { status: applied({ 'options.batchSize': 4 }) }))).toEqual(['update']);
  });

  test('tells a moved spec from drift', () => {
    const wanted = desired({ 'options.batchSize': 5 });
    const observed = remote({ 'options.batchSize': 9 });
    expect(plan(wanted, observed, { status: applied({ 'options.batchSize': 9 }) }).steps[0]!.cause).toBe('spec');
    expect(plan(wanted, observed, { status: applied({ 'options.batchSize': 5 }) }).steps[0]!.cause).toBe('drift');
  });

  test('destructive changes are a step of their own', () => {
    const result = plan(
      desired({ 'options.batchSize': 5, 'options.destinationSchema': 'new' }),
      remote({ 'options.batchSize': 1, 'options.destinationSchema': 'old' }),
    );
    expect(result.steps.map(({ destructive, changes }) => [destructive, changes.map(({ path }) => path)])).toEqual([
      [false, ['options.batchSize']],
      [true, ['options.destinationSchema']],
    ]);
  });

  test('dropping tables is destructive to turn on, harmless to turn off', () => {
    const on = plan(desired({ 'options.dropTable': true }), remote({ 'options.dropTable': false }));
    const off = plan(desired({ 'options.dropTable': false }), remote({ 'options.dropTable': true }));
    expect([on.steps[0]!.destructive, off.steps[0]!.destructive]).toEqual([true, false]);
  });

  test('a schedule is switched on after the tasks are there', () => {
    const result = plan(
      desired({ 'schedule.enabled': true }, ['A', 'B']),
      remote({ 'schedule.enabled': false }, ['A']),
    );
    expect(titles(result)).toEqual(['addTask table B', 'activate schedule.enabled']);
  });

  test('a task that the spec does not list is removed, destructively; none are touched when tasks are unmanaged', () => {
    const observed = remote({}, ['A', 'X']);
    expect(plan(desired({}, ['A']), observed).steps).toMatchObject([{ verb: 'deleteChild', destructive: true }]);
    expect(plan(desired({}), observed).steps).toEqual([]);
    expect(plan({ ...desired({}, ['A']), childPolicy: 'AtLeast' }, observed).steps).toEqual([]);
  });

  test('a task in between is added and moved, which is what the API has', () => {
    expect(titles(plan(desired({}, ['A', 'B', 'C']), remote({}, ['A', 'C'])))).toEqual([
      'addTask table B',
      'moveTask table B to place 2',
    ]);
  });

  test('a value that the server normalised counts as equal until it changes again', () => {
    const wanted = desired({ 'schedule.cron': '0 0 * * *' });
    const status = {
      ...applied({ 'schedule.cron': '0 0 * * *' }),
      accepted: {
        'schedule.cron': {
          want: hashField(macs, 'schedule.cron', '0 0 * * *'),
          got: hashField(macs, 'schedule.cron', '0 0 0 * * *'),
        },
      },
    };
    expect(plan(wanted, remote({ 'schedule.cron': '0 0 0 * * *' }), { status }).steps).toEqual([]);
    expect(plan(wanted, remote({ 'schedule.cron': '0 5 0 * * *' }), { status }).steps).toMatchObject([
      { cause: 'drift' },
    ]);
  });
});

describe('secrets', () => {
  const path = 'properties.Password';
  const wanted = desired({ name: 'crm' }, undefined, { [path]: 'hunter22' });
  const observed = remote({ name: 'crm' }, undefined, [path]);

  test('are written when their keyed hash moved, and never shown', () => {
    const same: Status = { owned: true, applied: { [path]: macs.mac(path, 'hunter22') } };
    const other: Status = { owned: true, applied: { [path]: macs.mac(path, 'old') } };
    expect(plan(wanted, observed, { status: same }).steps).toEqual([]);
    const { steps } = plan(wanted, observed, { status: other, scope: { putStyle: 'merge' } });
    expect(steps).toMatchObject([{ cause: 'secret', destructive: false }]);
    expect(JSON.stringify(steps)).not.toContain('hunter22');
  });

  test('of an adopted object, or under a key that was lost, become the baseline', () => {
    expect(plan(wanted, observed, { adopting: true }).steps).toEqual([]);
    const foreign: Status = { applied: { [path]: createMacs(new Uint8Array(32).fill(9)).mac(path, 'old') } };
    expect(plan(wanted, observed, { status: foreign }).steps).toEqual([]);
  });

  test('that nobody here knows make a write destructive, unless the server merges', () => {
    const hidden = remote({ name: 'crm' }, undefined, ['properties.ApiKey']);
    const change = desired({ name: 'crm2' });
    expect(plan(change, hidden).steps[0]).toMatchObject({
      destructive: true,
      loss: expect.stringContaining('SecretsMayBeLost'),
    });
    expect(plan(change, hidden, { scope: { putStyle: 'merge' } }).steps[0]!.destructive).toBe(false);
  });
});

test('the key of a step is the same for the same change and another for another', () => {
  const key = (size: number) =>
    plan(desired({ 'options.batchSize': size }), remote({ 'options.batchSize': 1 })).steps[0]!.key;
  expect(key(5)).toBe(key(5));
  expect(key(5)).not.toBe(key(6));
});
