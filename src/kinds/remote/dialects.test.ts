import { expect, test } from 'vitest';
import { createKindRig } from '../../../test/kinds/rig.ts';
import { randomDialect } from '../../../test/simulator/dialect.ts';
import { createSeededRandom } from '../../../test/support/seededRandom.ts';
import type { RemoteObject } from '../../engine/remote.ts';
import type { Json } from '../../ports/json.ts';
import { createRemote } from './createRemote.ts';

/** Reads of a lagging server may be told to come again; not for long. */
const PATIENCE_MS = 10_000;
const LAG_MS = 4_000;

/** A job's life on a server whose choices come from `seed`. */
async function setUp(seed: number) {
  const rig = createKindRig({ dialect: randomDialect(createSeededRandom(seed)) });
  const source = rig.simulator.console.createConnection({ name: 'crm', connector: 'Salesforce' });
  const target = rig.simulator.console.createConnection({ name: 'dwh', connector: 'Snowflake' });
  rig.simulator.catchUp();
  const session = await rig.connect();
  const workspace = session.workspace(rig.simulator.state.defaultWorkspaceId);
  const { jobs } = session.client;
  const remote = createRemote({
    clock: rig.clock,
    session,
    workspace,
    collection: workspace.jobs,
    kind: 'job',
    api: {
      ...jobs,
      getOperation: 'jobs.get',
      create: (fields, options) => jobs.create(workspace.id, fields, options),
      children: jobs.tasks,
    },
    renames: { sourceRef: 'source', destinationRef: 'destination' },
  });
  const fields = new Map<string, Json>([
    ['name', 'nightly'],
    ['type', 'Standard'],
    ['sourceRef', { id: source.id, name: 'crm' }],
    ['destinationRef', { id: target.id, name: 'dwh' }],
    ['schedule.enabled', false],
    ['schedule.cron', '0 0 2 * * ?'],
  ]);
  await rig.clock.advance(LAG_MS);
  const read = async (id: string): Promise<RemoteObject> => {
    const until = rig.clock.monotonic() + PATIENCE_MS;
    for (;;) {
      const result = await rig.run(remote.read(id));
      if (result.state === 'present') return result.object;
      if (result.state === 'absent' || rig.clock.monotonic() > until) throw new Error(`${id} is ${result.state}`);
      await rig.clock.advance(result.retryAfterMs);
    }
  };
  /** After a write, once even a lagging server shows it. */
  const readLater = async (id: string) => {
    await rig.clock.advance(LAG_MS);
    return read(id);
  };
  return { ...rig, remote, fields, source, read, readLater };
}

const tablesOf = ({ children = [] }: RemoteObject) => children.map(({ fields }) => fields.get('table'));

test.each(Array.from({ length: 30 }, (_, at) => at + 1))('a job lives well on the server of seed %i', async (seed) => {
  const s = await setUp(seed);
  let { id } = await s.run(s.remote.create(s.fields));
  if (id === undefined) {
    await s.clock.advance(LAG_MS);
    await s.run(s.remote.refresh());
    const glance = s.remote.glance({ name: 'nightly' });
    id = glance.state === 'present' ? glance.ids[0]! : 'not listed';
  }
  expect((await s.read(id)).name).toBe('nightly');
  const children = s.remote.children!;
  await s.run(children.add(id, new Map([['table', 'Account']]), 0));
  await s.run(children.add(id, new Map([['table', 'Contact']]), 1));
  const added = await s.readLater(id);
  expect(tablesOf(added)).toEqual(['Account', 'Contact']);
  await s.run(children.move(id, added.children![1]!, 0));
  const moved = await s.readLater(id);
  expect(tablesOf(moved)).toEqual(['Contact', 'Account']);
  const destination = { id: s.source.id, name: 'crm' };
  await s.run(
    s.remote.update(
      moved,
      new Map<string, Json>([
        ['options.batchSize', 12],
        ['destinationRef', destination],
      ]),
    ),
  );
  const changed = await s.readLater(id);
  expect(Number(changed.fields.get('options.batchSize'))).toBe(12);
  expect(changed.fields.get('destinationRef')).toMatchObject({ id: s.source.id });
  expect(changed.fields.get('schedule.cron')).toBeTruthy();
  expect(tablesOf(changed)).toEqual(['Contact', 'Account']);
  await s.run(s.remote.delete(id));
  await s.clock.advance(LAG_MS);
  expect(s.remote.glance({ id }).state).toBe('absent');
});
