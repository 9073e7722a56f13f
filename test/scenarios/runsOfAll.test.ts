import { describe, expect, test } from 'vitest';
import { event, job, pipeline, transformation } from '../support/manifests.ts';
import { convergedEnvironment, itemNamed, quiet } from './landscape.ts';

const MINUTE = 60_000;

/** Everything that runs; the pipeline without its event, whose end the simulator counts as one more step. */
const RUNNING = [
  { kind: 'SyncJob', name: 'nightly', collection: 'jobs', label: 'Nightly', manifest: job, metric: 'job' },
  {
    kind: 'SyncTransformation',
    name: 'daily',
    collection: 'transformations',
    label: 'Daily',
    manifest: transformation,
    metric: 'transformation',
  },
  {
    kind: 'SyncPipeline',
    name: 'morning',
    collection: 'pipelines',
    label: 'Morning',
    manifest: pipeline,
    metric: 'pipeline',
  },
] as const;

describe.each(RUNNING)('$kind', ({ kind, name, collection, label, manifest, metric }) => {
  test('a run that the schedule of the server started is reported with its tasks, data are fresh, and then stale', async () => {
    const schedule = { enabled: true, cron: '0 0 3 * * *' };
    const world = await convergedEnvironment({}, [manifest({ schedule, freshness: { maxAge: '2h' } })]);
    expect(world.condition(kind, name, 'Fresh')).toBe('Unknown NoSuccessYet');
    expect(world.status(kind, name).nextRun).toMatch(/T03:00:00Z$/);
    await world.untilCondition(kind, name, 'LastRunSucceeded', 'True RunSucceeded', 5 * 60 * MINUTE);
    await quiet(world);
    const { lastRun, taskRuns } = world.status(kind, name);
    expect(lastRun).toMatchObject({ state: 'Succeeded', runId: expect.any(String), startTime: expect.any(String) });
    expect(world.condition(kind, name, 'Fresh')).toBe('True Fresh');
    const { children } = itemNamed(world, collection, label);
    expect(taskRuns).toHaveLength(children.length);
    expect(await world.metrics()).toContain(
      `cdata_sync_${metric}_last_run_state{namespace="default",name="${name}",state="Succeeded"} 1`,
    );
    world.apply(manifest({ schedule: { enabled: false, cron: schedule.cron }, freshness: { maxAge: '2h' } }));
    await world.untilCondition(kind, name, 'Fresh', 'False TooOld', 4 * 60 * MINUTE);
    expect(world.condition(kind, name, 'Ready')).toBe('True Available');
  });

  test('a run that failed says so, task by task, and what runs is not changed meanwhile', async () => {
    const world = await convergedEnvironment();
    const { id } = itemNamed(world, collection, label);
    const slow = itemNamed(
      world,
      kind === 'SyncTransformation' ? 'transformations' : 'jobs',
      kind === 'SyncTransformation' ? 'Daily' : 'Nightly',
    );
    world.simulator.console.behaviour(slow.id, { outcome: 'fail', taskMs: 120_000 });
    world.simulator.console.run(id);
    await world.until(() => world.status(kind, name).lastRun?.state === 'Running', 30 * MINUTE, 'the run');
    const since = world.clock.now();
    world.apply(manifest({ name: `${label} 2` }));
    await world.untilCondition(kind, name, 'LastRunSucceeded', 'False RunFailed', 60 * MINUTE);
    await world.ready(kind, name, 60 * MINUTE);
    expect(world.status(kind, name).taskRuns[0]).toMatchObject({ state: 'Failed' });
    const [first] = world.syncWrites(since);
    expect(first).toBeDefined();
    expect(itemNamed(world, collection, `${label} 2`).id).toBe(id);
  });
});

test('a transformation follows its job, or some of its tasks, by reference', async () => {
  const trigger = { type: 'AfterJob', afterJobRef: { name: 'nightly' }, afterTasks: ['Accounts', 'Orders'] };
  const world = await convergedEnvironment({}, [transformation({ trigger })]);
  const nightly = itemNamed(world, 'jobs', 'Nightly');
  const { fields } = itemNamed(world, 'transformations', 'Daily');
  expect(fields).toMatchObject({ 'trigger.type': 'AfterJob', 'trigger.after_job': nightly.id });
  expect(fields['trigger.after_job_tasks']).toEqual([nightly.children[0]!.id, nightly.children[2]!.id]);
  world.simulator.console.run(nightly.id);
  await world.untilCondition('SyncTransformation', 'daily', 'LastRunSucceeded', 'True RunSucceeded', 90 * MINUTE);
  // A task that is not there yet is waited for, by name.
  world.apply(transformation({ trigger: { ...trigger, afterTasks: ['Leads'] } }));
  await world.untilCondition('SyncTransformation', 'daily', 'Ready', 'False ReferenceNotReady');
  const tasks = [{ table: 'Accounts' }, { table: 'Contacts' }, { query: 'REPLICATE [Orders]' }, { table: 'Leads' }];
  world.apply(job({ tasks }));
  await world.ready('SyncTransformation', 'daily');
});

test('a pipeline takes each step the moment its id is there, and is switched on last', async () => {
  const world = await convergedEnvironment();
  const schedule = { enabled: true, cron: '0 0 3 * * *' };
  const steps = [
    { transformationRef: { name: 'late' } },
    { jobRef: { name: 'nightly' } },
    { eventRef: { name: 'alarm' } },
  ];
  const evening = pipeline({ name: 'Evening', schedule, steps }, { name: 'evening' });
  const shown = () =>
    itemNamed(world, 'pipelines', 'Evening').children.map(
      ({ fields }) =>
        [
          ...world.simulator.state.jobs.values(),
          ...world.simulator.state.events.values(),
          ...world.simulator.state.transformations.values(),
        ].find(({ id }) => id === fields.reference)?.fields.name,
    );
  world.apply(evening);
  await world.untilCondition('SyncPipeline', 'evening', 'Ready', 'False ReferenceNotFound');
  await world.settle(10_000);
  expect(shown()).toEqual(['Nightly']);
  world.apply(event({ pipelineRef: { name: 'evening' }, name: 'Alarm' }, { name: 'alarm' }));
  await world.ready('SyncEvent', 'alarm');
  await world.settle(10_000);
  expect(shown()).toEqual(['Nightly', 'Alarm']);
  expect(itemNamed(world, 'pipelines', 'Evening').fields['schedule.enabled']).toBe(false);
  world.apply(transformation({ name: 'Late' }, { name: 'late' }));
  await world.ready('SyncPipeline', 'evening');
  expect(shown()).toEqual(['Late', 'Nightly', 'Alarm']);
  expect(itemNamed(world, 'pipelines', 'Evening').fields['schedule.enabled']).toBe(true);
});
