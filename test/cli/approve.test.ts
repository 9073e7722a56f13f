import { expect, test } from 'vitest';
import { convergedEnvironment, quiet, writesOf } from '../scenarios/landscape.ts';
import { job } from '../support/manifests.ts';
import { createWorld, type World } from '../support/world.ts';
import { createCli } from './cli.ts';

const TWO = [{ table: 'Accounts' }, { table: 'Contacts' }];

/** A job one of whose tasks is to go, which waits. */
async function waiting(changes = {}) {
  const world = await convergedEnvironment();
  world.apply(job({ tasks: TWO, ...changes }));
  await world.untilCondition('SyncJob', 'nightly', 'Ready', 'False AwaitingApproval');
  return { world, cli: createCli(world), since: world.clock.now() };
}

const planId = (world: World) => String(world.status('SyncJob', 'nightly').plan?.id);

const SHOWN = `SyncJob default/nightly "Nightly": update
  - deleteTask Orders  ! loses the replication state of Orders  (held: needs approval)
`;

test('what awaits approval is shown once more, asked about, and goes', async () => {
  const { world, cli, since } = await waiting();
  const id = planId(world);
  cli.answers.push('y');
  expect(await cli.run('approve', 'job/nightly')).toEqual({
    code: 0,
    out: `job/nightly approved (plan ${id}), and taken by the controller\n`,
    err: `${SHOWN}Approve these changes of job/nightly? [y/N] `,
  });
  await world.ready('SyncJob', 'nightly');
  expect(writesOf(world, since)).toEqual(['DELETE jobs.tasks.delete']);
});

test.each(['n', '', 'maybe'])('"%s" is no', async (answer) => {
  const { world, cli, since } = await waiting();
  cli.answers.push(answer);
  const { code, out, err } = await cli.run('approve', 'job/nightly');
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/not approved; nothing was changed\n$/);
  await quiet(world);
  expect(writesOf(world, since)).toEqual([]);
});

test('--yes does not ask; without a terminal it is needed', async () => {
  const { world, cli, since } = await waiting();
  const { code, err } = await cli.run('approve', 'job/nightly');
  expect(code).toBe(1);
  expect(err).toMatch(/error: nobody can be asked here: give --yes to approve without being asked\n$/);
  expect(world.get('SyncJob', 'nightly')?.metadata.annotations).not.toHaveProperty('sync.cdata.com/approve-plan');
  const id = planId(world);
  expect(await cli.run('approve', 'job', 'nightly', '--yes', '--wait', '0s')).toEqual({
    code: 0,
    out: `job/nightly approved (plan ${id})\n`,
    err: SHOWN,
  });
  await world.ready('SyncJob', 'nightly');
  expect(writesOf(world, since)).toEqual(['DELETE jobs.tasks.delete']);
});

test('a plan that becomes another one meanwhile is not approved', async () => {
  const { world, cli, since } = await waiting();
  cli.network.fault = ({ method }) => {
    if (method === 'PATCH') world.apply(job({ tasks: [] }));
    return undefined;
  };
  const { code, err } = await cli.run('approve', 'job/nightly', '--yes');
  expect(code).toBe(1);
  expect(err).toContain('error: the plan of nightly became another one meanwhile; look again with kubectl sync plan\n');
  await quiet(world);
  expect(writesOf(world, since)).toEqual([]);
});

test('a controller that is away takes it when it is back', async () => {
  const { world, cli, since } = await waiting();
  await world.stop();
  const { code, err } = await cli.run('approve', 'job/nightly', '-y', '--wait', '3s');
  expect(code).toBe(1);
  expect(err).toContain('but the controller has not taken it yet: is it running? It counts when it does\n');
  await world.restart();
  await world.ready('SyncJob', 'nightly');
  expect(writesOf(world, since)).toEqual(['DELETE jobs.tasks.delete']);
});

test.each([
  [{}, undefined, 'error: job/nightly: nothing awaits approval\n'],
  [
    { managementPolicy: 'Observe', options: { batchSize: 5 } },
    'True Available',
    'error: job/nightly: nothing awaits approval (update is held by Observe, which an approval does not change)\n',
  ],
  [
    { sourceRef: { name: 'nowhere' } },
    'False ReferenceNotFound',
    'error: job/nightly: nothing awaits approval (ReferenceNotFound: SyncConnection default/nowhere, which',
  ],
])('nothing to approve is said, with what holds it (%j)', async (changes, ready, words) => {
  const world = await convergedEnvironment();
  world.apply(job(changes));
  if (ready) await world.untilCondition('SyncJob', 'nightly', 'Ready', ready);
  await quiet(world);
  const { code, out, err } = await createCli(world).run('approve', 'job/nightly', '--yes');
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain(words);
});

test.each([
  [['job/none'], 'there is no SyncJob none in namespace default'],
  [['server/main'], 'this is not for a SyncServer'],
  [['job/a', 'job/b'], 'one object at a time'],
  [['job/a', '--wait', 'soon'], '--wait: "soon" is no duration such as 30s or 2m'],
])('approve %j says what is wrong in one line', async (argv, words) => {
  const { code, out, err } = await createCli(createWorld()).run('approve', ...argv);
  expect({ code, out, lines: err.trimEnd().split('\n').length }).toEqual({ code: 1, out: '', lines: 1 });
  expect(err).toContain(words);
});
