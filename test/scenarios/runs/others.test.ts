import { expect, test } from 'vitest';
import { event, pipeline, run, transformation } from '../../support/manifests.ts';
import { convergedWorld } from '../landscape.ts';

const MINUTE = 60_000;

async function world() {
  const made = await convergedWorld();
  made.apply(transformation(), pipeline(), event());
  await made.ready('SyncTransformation', 'daily');
  await made.ready('SyncPipeline', 'morning');
  return made;
}

test('a transformation and a pipeline run as jobs do', async () => {
  const { apply, untilCondition, status, simulator, until } = await world();
  apply(run({ jobRef: undefined, transformationRef: { name: 'daily' } }, { name: 'transform' }));
  await untilCondition('SyncRun', 'transform', 'Succeeded', 'True', 20 * MINUTE);
  const by = (kind: string, name: string) => status(kind, name).lastRun?.startedBy;
  await until(() => by('SyncTransformation', 'daily') === 'SyncRun default/transform', 20 * MINUTE, 'who transformed');
  apply(run({ jobRef: undefined, pipelineRef: { name: 'morning' } }, { name: 'flow-now' }));
  await untilCondition('SyncRun', 'flow-now', 'Succeeded', 'True', 20 * MINUTE);
  expect(status('SyncRun', 'flow-now').tasks.length).toBeGreaterThan(0);
  const api = [...simulator.state.runs.values()].filter(({ cause }) => cause === 'api');
  expect(api.map(({ kind }) => kind)).toEqual(['transformation', 'pipeline']);
  await until(() => by('SyncPipeline', 'morning') === 'SyncRun default/flow-now', 20 * MINUTE, 'who let it flow');
});

test('a transformation cannot be cancelled: that is said, and its end is awaited; a pipeline can', async () => {
  const made = await world();
  made.simulator.console.behaviour(undefined, { taskMs: 3 * MINUTE });
  made.apply(run({ jobRef: undefined, transformationRef: { name: 'daily' } }, { name: 'transform' }));
  await made.untilCondition('SyncRun', 'transform', 'Finished', 'False Running');
  made.cluster.patch('SyncRun', 'transform', 'default', { spec: { cancel: true } });
  await made.untilCondition('SyncRun', 'transform', 'Finished', 'False Cancelling');
  await made.settle(MINUTE);
  expect(made.eventsOf('SyncRun', 'transform')).toContain('CancelUnsupported');
  await made.untilCondition('SyncRun', 'transform', 'Finished', 'True RunSucceeded', 60 * MINUTE);

  made.apply(run({ jobRef: undefined, pipelineRef: { name: 'morning' } }, { name: 'flow-now' }));
  await made.untilCondition('SyncRun', 'flow-now', 'Finished', 'False Running');
  made.cluster.patch('SyncRun', 'flow-now', 'default', { spec: { cancel: true } });
  await made.untilCondition('SyncRun', 'flow-now', 'Finished', 'True RunCancelled', 60 * MINUTE);
});

test('a request by annotation on a pipeline', async () => {
  const made = await world();
  made.annotate('SyncPipeline', 'morning', { 'run-requested-at': 'one' });
  const runs = () => made.cluster.objects('SyncRun');
  await made.until(() => runs()[0]?.status?.state === 'Succeeded', 20 * MINUTE, 'the run');
  expect(runs()[0]!.spec.pipelineRef).toEqual({ name: 'morning' });
});
