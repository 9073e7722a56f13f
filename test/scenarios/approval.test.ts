import { expect, test } from 'vitest';
import { connection, job } from '../support/manifests.ts';
import { ALWAYS, convergedWorld, itemNamed, quiet, status, writesOf } from './landscape.ts';

const TWO = [{ table: 'Accounts' }, { table: 'Contacts' }];

test('a change that loses something waits, and goes when its plan is approved', async () => {
  const world = await convergedWorld();
  const since = world.clock.now();
  world.apply(job({ tasks: TWO }));
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False AwaitingApproval');
  await quiet(world);
  expect(writesOf(world, since)).toEqual([]);
  expect(world.condition('SyncJob', 'nightly', 'Stalled')).toBe('True AwaitingApproval');
  const { plan } = world.status('SyncJob', 'nightly');
  expect(plan.changes).toMatchObject([{ destructive: true, held: expect.any(String) }]);

  world.annotate('SyncJob', 'nightly', { 'approve-plan': 'another' });
  await quiet(world);
  expect(writesOf(world, since)).toEqual([]);

  world.annotate('SyncJob', 'nightly', { 'approve-plan': plan.id });
  await world.ready('SyncJob', 'nightly');
  await quiet(world);
  expect(writesOf(world, since)).toEqual(['DELETE jobs.tasks.delete']);
  expect(itemNamed(world, 'jobs', 'Nightly').children.length).toBe(2);
  expect(world.status('SyncJob', 'nightly').plan).toBeUndefined();
});

test('what is harmless beside it does not wait', async () => {
  const world = await convergedWorld();
  const since = world.clock.now();
  world.apply(job({ tasks: [...TWO, { query: 'REPLICATE [Orders]' }, { table: 'Leads' }], type: 'ChangeDataCapture' }));
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False AwaitingApproval');
  await quiet(world);
  expect(writesOf(world, since)).toEqual(['POST jobs.tasks.add']);
  expect(itemNamed(world, 'jobs', 'Nightly').fields.type).toBe('Standard');
});

test('the approval of one plan is not that of the next', async () => {
  const world = await convergedWorld();
  world.apply(job({ tasks: TWO }));
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False AwaitingApproval');
  const { id } = world.status('SyncJob', 'nightly').plan;
  world.apply(job({ tasks: [] }));
  await world.until(() => world.status('SyncJob', 'nightly').plan?.id !== id, 300_000, 'another plan');
  const since = world.clock.now();
  world.annotate('SyncJob', 'nightly', { 'approve-plan': id });
  await quiet(world);
  expect(writesOf(world, since)).toEqual([]);
  expect(world.condition('SyncJob', 'nightly', 'Ready')).toBe('False AwaitingApproval');
});

test('a plan that was approved is held no more, also when the server refuses it', async () => {
  const world = await convergedWorld();
  world.simulator.faults.add({ operation: 'jobs.tasks.delete', times: ALWAYS, effect: status(400) });
  world.apply(job({ tasks: TWO }));
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False AwaitingApproval');
  world.annotate('SyncJob', 'nightly', { 'approve-plan': world.status('SyncJob', 'nightly').plan.id });
  await world.untilCondition('SyncJob', 'nightly', 'Stalled', 'True Refused');
  expect(world.status('SyncJob', 'nightly').plan).toBeUndefined();
});

test('Automatic asks nobody', async () => {
  const world = await convergedWorld();
  const since = world.clock.now();
  world.apply(job({ tasks: TWO, changePolicy: 'Automatic' }));
  await world.ready('SyncJob', 'nightly');
  await quiet(world);
  expect(writesOf(world, since)).toEqual(['DELETE jobs.tasks.delete']);
});

test('Manual asks even for what is harmless', async () => {
  const world = await convergedWorld();
  const since = world.clock.now();
  world.apply(connection({ properties: { User: 'other@example.com' }, changePolicy: 'Manual' }));
  await world.untilCondition('SyncConnection', 'crm', 'Ready', 'False AwaitingApproval');
  await quiet(world);
  expect(writesOf(world, since)).toEqual([]);
});

test('an approval is used up: what it allowed asks again when somebody has taken it back', async () => {
  const world = await convergedWorld();
  const held = async () => {
    await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False AwaitingApproval');
    await quiet(world);
    expect(itemNamed(world, 'jobs', 'Nightly').fields.destination_schema).toBe('crm');
  };
  world.apply(job({ options: { destinationSchema: 'other' } }));
  await held();
  world.annotate('SyncJob', 'nightly', { 'approve-plan': world.status('SyncJob', 'nightly').plan.id });
  await world.ready('SyncJob', 'nightly');
  world.simulator.console.edit('job', itemNamed(world, 'jobs', 'Nightly').id, { destination_schema: 'crm' });
  await held();
});

test('an approval is used up also where something else waits by then', async () => {
  const world = await convergedWorld();
  const OTHER = { options: { destinationSchema: 'other' } };
  const fault = world.simulator.faults.add({ operation: 'jobs.update', times: ALWAYS, effect: status(503) });
  world.apply(job(OTHER));
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False AwaitingApproval');
  world.annotate('SyncJob', 'nightly', { 'approve-plan': world.status('SyncJob', 'nightly').plan.id });
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False OutcomeUnknown');
  world.apply(job({ ...OTHER, tasks: TWO }));
  fault.remove();
  const schema = () => itemNamed(world, 'jobs', 'Nightly').fields.destination_schema;
  await world.until(() => schema() === 'other', 600_000, 'what was approved');
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False AwaitingApproval');
  world.simulator.console.edit('job', itemNamed(world, 'jobs', 'Nightly').id, { destination_schema: 'crm' });
  await quiet(world);
  expect(schema()).toBe('crm');
  expect(itemNamed(world, 'jobs', 'Nightly').children.length).toBe(3);
});
