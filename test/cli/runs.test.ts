import { expect, test } from 'vitest';
import { convergedEnvironment, itemNamed } from '../scenarios/landscape.ts';
import type { Behaviour } from '../simulator/progress.ts';
import { connection, job, run } from '../support/manifests.ts';
import { createWorld, KUBE_URL } from '../support/world.ts';
import { createCli } from './cli.ts';
import { allowOnly } from './rights.ts';

const MINUTE = 60_000;

async function setUp() {
  const world = await convergedEnvironment();
  const behave = (changes: Partial<Behaviour>) =>
    world.simulator.console.behaviour(itemNamed(world, 'jobs', 'Nightly').id, { records: 7, ...changes });
  behave({});
  return { world, cli: createCli(world), behave };
}

const failed = (code: number, err: RegExp) => ({ code, out: '', err: expect.stringMatching(err) });

test('run makes a SyncRun of its own name with what the flags say, and says how to follow it', async () => {
  const { world, cli } = await setUp();
  const flags = '--deadline 10m --retries 2 --on-unknown RetryAfterGrace --on-delete Cancel --ttl 60';
  const first = await cli.run('run', 'job/nightly', ...flags.split(' '));
  const name = /^run\/(nightly-\w+) made\n$/.exec(first.out)![1]!;
  expect(first).toMatchObject({ code: 0, err: `follow it with: kubectl sync follow run/${name} -n default\n` });
  expect(world.get('SyncRun', name)?.spec).toEqual({
    jobRef: { name: 'nightly' },
    activeDeadlineSeconds: 600,
    backoffLimit: 2,
    startingDeadlineSeconds: 3600,
    onUnknown: 'RetryAfterGrace',
    onDelete: 'Cancel',
    ttlSecondsAfterFinished: 60,
  });
  expect((await cli.run('run', 'job/nightly')).out).not.toBe(first.out);
  const named = await cli.run('run', 'transformation/daily', '--name', 'mine', '-o', 'json');
  expect(JSON.parse(named.out)).toMatchObject({
    metadata: { name: 'mine' },
    spec: { transformationRef: { name: 'daily' } },
  });
  expect(await cli.run('run', 'job/nightly', '--name', 'mine')).toEqual(
    failed(1, /^error: create syncruns\S* default\/mine: .*exists/),
  );
});

test('run --wait writes a line for each change, and ends with how the run ended', async () => {
  const { cli, behave } = await setUp();
  expect(await cli.run('run', 'job/nightly', '--name', 'one', '--wait')).toEqual({
    code: 0,
    err: '',
    out: expect.stringMatching(
      /^run\/one made\nrun\/one {2}Pending: .*\nrun\/one {2}Running\n(.*\n)* {2}Contacts {2}Succeeded {2}7 records\n(.*\n)*run\/one {2}RunSucceeded {2}21 records {2}\d+s\n {2}run \S+ of SyncJob default\/nightly succeeded, 21 records\n$/,
    ),
  });
  behave({ outcome: 'fail' });
  const bad = await cli.run('run', 'job/nightly', '--wait');
  expect(bad.code).toBe(3);
  expect(bad.out).toMatch(/\n {2}Accounts {2}Failed {2}0 records {2}Accounts: the source returned an error\.\n/);
  expect(bad.out).toMatch(/\n {2}run \S+ of SyncJob default\/nightly failed: One or more tasks failed\.\n$/);
});

test('a pipeline is followed step by step, a run that was made elsewhere as well', async () => {
  const { world, cli } = await setUp();
  world.apply(run({ jobRef: undefined, pipelineRef: { name: 'morning' } }));
  const { code, out } = await cli.run('follow', 'run/now');
  expect(code).toBe(0);
  for (const step of ['Nightly', 'Notify', 'Daily']) expect(out).toMatch(new RegExp(`\n {2}${step} {2}Succeeded `));
  const again = await cli.run('follow', 'now');
  expect(again.out.split('\n').filter((line) => line.includes('RunSucceeded'))).toHaveLength(1);
});

test('-o json hands out the SyncRun as it ended; progress is on standard error', async () => {
  const { cli } = await setUp();
  const { code, out, err } = await cli.run('run', 'job/nightly', '--wait', '-o', 'json');
  expect(code).toBe(0);
  const { kind, metadata, status } = JSON.parse(out);
  expect({ kind, status }).toMatchObject({ kind: 'SyncRun', status: { state: 'Succeeded', recordsAffected: 21 } });
  expect(metadata).not.toHaveProperty('managedFields');
  expect(err).toContain('Accounts  Succeeded');
});

test('on a terminal the view is drawn over, no line wider than it, and the last one stays', async () => {
  const { world, cli } = await setUp();
  const query = `REPLICATE [Orders] SELECT ${'x'.repeat(200)} FROM Orders`;
  world.apply(job({ name: 'Wide', tasks: [{ table: 'Accounts' }, { query }] }, { name: 'wide' }));
  await world.ready('SyncJob', 'wide');
  world.simulator.console.behaviour(itemNamed(world, 'jobs', 'Wide').id, { records: 7 });
  Object.assign(cli.terminal, { live: true, colours: true });
  const { code, out } = await cli.run('run', 'job/wide', '--name', 'one', '--wait');
  expect(code).toBe(0);
  const plain = out.replace(/\u001b\[\d*m/g, '');
  const frames = plain.split(/\u001b\[\d+A\u001b\[J/);
  expect(frames.length).toBeGreaterThan(5);
  expect(Math.max(...plain.split('\n').map((line) => line.replace(/\u001b\[\d*[AJ]/g, '').length))).toBe(100);
  const height = Number(/\u001b\[(\d+)A\u001b\[J[^\u001b]*$/.exec(plain)![1]);
  expect(frames.at(-2)!.trimEnd().split('\n')).toHaveLength(height);
  expect(frames.at(-1)).toMatch(
    /^run\/one {2}RunSucceeded {2}14 records {2}\d+s\n {2}run \S+ of SyncJob .*\n {2}Accounts {2}Succeeded {2}7 records\n/,
  );
  expect(out).toContain('\u001b[32mRunSucceeded\u001b[0m');
});

test('--timeout and Ctrl-C end the wait, not the run, and say how to follow it again', async () => {
  const { world, cli, behave } = await setUp();
  behave({ taskMs: 5 * MINUTE });
  const again = 'the run goes on; follow it again with: kubectl sync follow run/one -n default\n';
  expect(await cli.run('run', 'job/nightly', '--name', 'one', '--wait', '--timeout', '30')).toMatchObject({
    code: 5,
    err: again,
  });
  const following = cli.start('follow', 'run/one');
  await world.settle(5_000);
  following.interrupt();
  await world.settle(500);
  expect(await following.done).toMatchObject({ code: 130, err: again });
  await world.untilCondition('SyncRun', 'one', 'Finished', 'True RunSucceeded', 60 * MINUTE);
});

test('a run that nobody can tell the end of is 4, never 0', async () => {
  const { world, cli } = await setUp();
  world.apply(run());
  await world.untilCondition('SyncRun', 'now', 'Finished', 'True');
  const condition = { type: 'Succeeded', status: 'Unknown', reason: 'OutcomeUnknown', message: 'x' };
  const { conditions } = world.status('SyncRun', 'now');
  const changed = conditions.map((one: { type: string }) =>
    one.type === 'Succeeded' ? { ...one, ...condition } : one,
  );
  await world.stop();
  world.cluster.patch('SyncRun', 'now', 'default', { status: { conditions: changed } }, 'status');
  expect((await cli.run('follow', 'run/now')).code).toBe(4);
});

test('an API server that goes away for a while is waited for; a run that is deleted meanwhile is not', async () => {
  const { world, cli, behave } = await setUp();
  behave({ taskMs: MINUTE });
  const following = cli.start('run', 'job/nightly', '--name', 'one', '--wait');
  await world.until(() => following.seen().out.includes('Running'), MINUTE, 'the run to go on');
  cli.network.serve(KUBE_URL, undefined);
  await world.settle(MINUTE);
  expect(following.seen().err).toMatch(/^still waiting: the API server does not answer .*\n$/);
  cli.network.serve(KUBE_URL, world.cluster.handler);
  await world.until(() => following.seen().out.includes('Contacts  Running'), 5 * MINUTE, 'the run to be seen again');
  world.remove('SyncRun', 'one');
  await world.settle(5_000);
  const { code, err } = await following.done;
  expect(code).toBe(1);
  expect(err).toMatch(
    /\nerror: SyncRun one was deleted while it was followed; kubectl sync history tells how its run ended\n$/,
  );
});

test('what nobody would start is not asked for; what has to become Ready first is said', async () => {
  const { world, cli } = await setUp();
  world.apply(job({ suspend: true }));
  expect(await cli.run('run', 'job/nightly')).toEqual(
    failed(
      1,
      /^error: job\/nightly cannot run: SyncJob default\/nightly is suspended; kubectl sync resume ends that\n$/,
    ),
  );
  world.apply(job({ managementPolicy: 'Observe' }));
  await world.ready('SyncJob', 'nightly');
  expect(await cli.run('run', 'job/nightly')).toEqual(
    failed(1, /is only observed \(managementPolicy: Observe\), so nothing is started\n$/),
  );
  world.apply(job());
  await world.ready('SyncJob', 'nightly');
  world.cluster.patch('SyncWorkspace', 'default', 'default', { spec: { suspend: true } });
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'True Suspended');
  expect(await cli.run('run', 'job/nightly')).toEqual(
    failed(1, /SyncWorkspace default\/default is suspended.*kubectl sync resume/),
  );
  world.cluster.patch('SyncWorkspace', 'default', 'default', { spec: { suspend: null } });
  world.apply(
    connection({ connector: 'Nonsense' }, { name: 'crm2' }),
    job({ sourceRef: { name: 'none' } }, { name: 'later' }),
  );
  await world.untilCondition('SyncJob', 'later', 'Ready', 'False ReferenceNotFound');
  const { code, err } = await cli.run('run', 'job/later', '--wait', '--timeout', '1');
  expect(code).toBe(5);
  expect(err).toMatch(/^the run waits, since SyncJob default\/later is not Ready: SyncConnection default\/none, .*\n/);
});

test('cancel ends a run, or whatever runs of a job, and says what came of it', async () => {
  const { world, cli, behave } = await setUp();
  behave({ taskMs: 5 * MINUTE });
  world.apply(run());
  await world.until(() => world.status('SyncRun', 'now').state === 'Running', MINUTE, 'a run');
  expect(await cli.run('cancel', 'job/nightly')).toEqual({ code: 0, out: 'run/now asked to end\n', err: '' });
  await world.untilCondition('SyncRun', 'now', 'Finished', 'True RunCancelled', 10 * MINUTE);
  world.apply(run({}, { name: 'next' }));
  await world.until(() => world.status('SyncRun', 'next').state === 'Running', MINUTE, 'a run');
  const { code, out } = await cli.run('cancel', 'run/next', '--wait');
  expect(code).toBe(0);
  expect(out).toMatch(/^run\/next asked to end\n(.*\n)*run\/next {2}RunCancelled/);
  expect(await cli.run('cancel', 'run/next')).toEqual({ code: 0, out: 'run/next was cancelled already\n', err: '' });
  behave({ taskMs: 1_000 });
  world.apply(run({}, { name: 'last' }));
  await world.untilCondition('SyncRun', 'last', 'Finished', 'True RunSucceeded', MINUTE);
  expect(await cli.run('cancel', 'run/last')).toEqual(failed(1, /^error: run\/last has ended already: .* succeeded/));
  expect(await cli.run('cancel', 'job/nightly')).toEqual(
    failed(1, /^error: no SyncRun of job\/nightly is going on\n$/),
  );
});

test.each([
  [['run', 'job/none'], /^error: there is no SyncJob none in namespace default\n$/],
  [['run', 'connection/crm'], /^error: this is not for a SyncConnection; it is for job, transformation, pipeline\n$/],
  [['run', 'job/nightly', '--timeout', 'soon'], /^error: --timeout: "soon" is no duration such as 90s, 5m or 1h30m\n$/],
  [['run', 'job/nightly', '--retries', 'x'], /^error: --retries: "x" is not a whole number from 0 on\n$/],
  [
    ['run', 'job/nightly', '--on-unknown', 'Guess'],
    /^error: --on-unknown: "Guess" is none of Stop, RetryAfterGrace\n$/,
  ],
  [['follow', 'run/none'], /^error: there is no SyncRun none in namespace default\n$/],
  [['cancel', 'run/none'], /^error: there is no SyncRun none in namespace default\n$/],
  [['cancel', 'pipeline/none'], /^error: there is no SyncPipeline none in namespace default\n$/],
])('%j says what is wrong in one line', async (argv, words) => {
  const world = createWorld();
  world.apply(job());
  const cli = createCli(world);
  const result = await cli.run(...argv);
  expect(result).toEqual(failed(1, words));
  expect(result.err.trimEnd().split('\n')).toHaveLength(1);
  expect(world.cluster.objects('SyncRun')).toEqual([]);
});

test('each needs the rights that it names, and says which one is missing', async () => {
  const { world, cli } = await setUp();
  allowOnly(cli, world, ['get syncjobs']);
  expect(await cli.run('run', 'job/nightly')).toEqual(
    failed(
      1,
      /^error: you may not create syncruns\.sync\.cdata\.com default\/nightly-\w+; docs\/cli\.md lists what each command needs\n$/,
    ),
  );
  allowOnly(cli, world, ['get syncjobs', 'get syncruns', 'create syncruns']);
  expect((await cli.run('run', 'job/nightly', '--wait', '--name', 'one')).code).toBe(0);
  expect(await cli.run('cancel', 'job/nightly')).toEqual(failed(1, /^error: you may not list syncruns/));
  world.apply(run());
  expect(await cli.run('cancel', 'run/now')).toEqual(
    failed(1, /^error: you may not patch syncruns\.sync\.cdata\.com default\/now;/),
  );
  allowOnly(cli, world, ['get syncruns', 'patch syncruns']);
  expect((await cli.run('cancel', 'run/now', '--wait')).code).toBe(0);
});
