import { expect, test } from 'vitest';
import type { Loose } from '../../cluster/types.ts';
import { run } from '../../support/manifests.ts';
import type { World } from '../../support/world.ts';
import { convergedWorld, itemNamed, quiet, writesOf } from '../landscape.ts';

const MINUTE = 60_000;
const OURS = ['SyncRun', 'SyncJob', 'SyncConnection', 'SyncWorkspace', 'SyncServer'];

/** A world with a job that was run by a request and by hand, of which everything is then lost. */
async function lostWorld() {
  const world = await convergedWorld();
  world.annotate('SyncJob', 'nightly', { 'run-requested-at': 'monday' });
  await world.until(() => world.cluster.count('SyncRun') === 1, MINUTE, 'the requested run');
  world.apply(run());
  await world.untilCondition('SyncRun', 'now', 'Finished', 'True', 10 * MINUTE);
  await quiet(world);
  const backup = world.cluster.backup();
  for (const kind of OURS) {
    for (const { metadata } of world.cluster.objects(kind)) world.cluster.delete(kind, metadata.name, 'default');
  }
  await quiet(world);
  return { world, backup, since: world.clock.now() };
}

const runsIn = (world: World) => [...world.simulator.state.runs.values()].length;
const messageOf = (world: World, name: string) =>
  world.status('SyncRun', name).conditions.find(({ type }: Loose) => type === 'Finished').message;

test('a backup that is restored starts nothing, creates nothing and resets nothing', async () => {
  const { world, backup, since } = await lostWorld();
  const before = runsIn(world);
  world.cluster.restore(backup, { withStatus: false, labels: { 'velero.io/restore-name': 'tuesday' } });
  await world.ready('SyncJob', 'nightly');
  await quiet(world);
  expect(writesOf(world, since)).toEqual([]);
  expect(runsIn(world)).toBe(before);
  expect(world.condition('SyncRun', 'now', 'Succeeded')).toBe('False NotStarted');
  expect(messageOf(world, 'now')).toContain('velero.io/restore-name');
  expect(world.status('SyncJob', 'nightly').tokens['run-requested-at']).toBe('monday');
  expect(world.eventsOf('SyncJob', 'nightly')).toContain('RequestIgnored');
});

test('a run that is restored with the annotation does not start', async () => {
  const world = await convergedWorld();
  const since = world.clock.now();
  world.apply(run({}, { annotations: { 'sync.cdata.com/restored': 'true' } }));
  await world.untilCondition('SyncRun', 'now', 'Succeeded', 'False NotStarted');
  await quiet(world);
  expect(messageOf(world, 'now')).toContain('sync.cdata.com/restored');
  expect(writesOf(world, since)).toEqual([]);
});

test.each(['nightly', 'other'])('a run whose owner, the job %s, is of another life does not start', async (owner) => {
  const world = await convergedWorld();
  const since = world.clock.now();
  const { uid } = world.get('SyncJob', 'nightly')!.metadata;
  const manifest = run();
  const ownerReferences = [
    { apiVersion: 'sync.cdata.com/v1alpha1', kind: 'SyncJob', name: owner, uid: `${uid}-before` },
    // The collector must not be quicker than the operator.
    { apiVersion: 'v1', kind: 'Namespace', name: 'default', uid: world.get('Namespace', 'default')!.metadata.uid },
  ];
  world.apply({ ...manifest, metadata: { ...manifest.metadata, ownerReferences } } as never);
  await world.untilCondition('SyncRun', 'now', 'Succeeded', 'False NotStarted');
  await quiet(world);
  expect(messageOf(world, 'now')).toContain(`SyncJob ${owner}`);
  expect(writesOf(world, since)).toEqual([]);
});

test('a run that is made again without any mark is a new request, and runs once', async () => {
  const { world, backup, since } = await lostWorld();
  const objects = backup.objects.filter(({ kind, metadata }) => kind !== 'SyncRun' || metadata.name === 'now');
  world.cluster.restore({ ...backup, objects }, { withStatus: false });
  await world.untilCondition('SyncRun', 'now', 'Succeeded', 'True RunSucceeded', 20 * MINUTE);
  await quiet(world);
  expect(writesOf(world, since)).toEqual(['POST jobs.execute']);
});

test('what a status says is believed after a restore with statuses: a finished run stays finished', async () => {
  const { world, backup, since } = await lostWorld();
  world.cluster.restore(backup, { withStatus: true, labels: { 'velero.io/restore-name': 'tuesday' } });
  await world.ready('SyncJob', 'nightly');
  await quiet(world);
  expect(world.condition('SyncRun', 'now', 'Succeeded')).toBe('True RunSucceeded');
  expect(writesOf(world, since)).toEqual([]);
  expect(itemNamed(world, 'jobs', 'Nightly').children.length).toBe(3);
});
