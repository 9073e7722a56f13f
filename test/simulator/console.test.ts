import { expect, test } from 'vitest';
import { createSeededRandom } from '../support/seededRandom.ts';
import { createRig, type Rig } from './rig.ts';

function fill({ simulator }: Rig, order: readonly string[]) {
  const person = simulator.console;
  const connections = new Map(order.map((name) => [name, person.createConnection({ name, connector: 'CSV' }).id]));
  const [from, to] = [connections.get('a')!, connections.get('b')!];
  const job = person.createJob({ name: 'j', source_connection: from, destination_connection: to }, [
    { table: 'A' },
    { table: 'B' },
  ]);
  const pipeline = person.createPipeline({ name: 'p' }, [{ reference: job.id }]);
  return { person, job, pipeline };
}

test('a dump shows configuration alone: ids, times and the order of creation do not count', async () => {
  const one = createRig({ random: createSeededRandom(1) });
  const other = createRig({ random: createSeededRandom(2) });
  fill(one, ['a', 'b']);
  await other.clock.advance(5000);
  const { person, job, pipeline } = fill(other, ['b', 'a']);
  person.run(job.id);
  expect(other.simulator.dump()).toBe(one.simulator.dump());
  person.moveTask(job.id, job.children[0]!.id, 1);
  expect(other.simulator.dump()).not.toBe(one.simulator.dump());
  person.moveTask(job.id, job.children[0]!.id, 1);
  expect(other.simulator.dump()).toBe(one.simulator.dump());
  person.removeTask(pipeline.id, pipeline.children[0]!.id);
  expect(other.simulator.dump()).not.toBe(one.simulator.dump());
});

test('a person changes things past the API: the time of change moves and no request is seen', async () => {
  const rig = createRig();
  const { person, job } = fill(rig, ['a', 'b']);
  await rig.clock.advance(1000);
  person.edit('job', job.id, { destination_schema: 'dw' });
  person.addTask(job.id, { table: 'C' }, 0);
  person.editTask(job.id, job.children[1]!.id, { table: 'A2' });
  expect(rig.simulator.requests).toEqual([]);
  expect(await rig.ok('GET', `/jobs/${job.id}`)).toMatchObject({
    destination_schema: 'dw',
    created_at: '2026-01-01T00:00:00.000Z',
    updated_at: '2026-01-01T00:00:01.000Z',
  });
  expect((await rig.ok('GET', `/jobs/${job.id}/tasks`)).value).toMatchObject([
    { table: 'C' },
    { table: 'A2' },
    { table: 'B' },
  ]);
  person.remove('job', job.id);
  expect((await rig.call('GET', `/jobs/${job.id}`)).status).toBe(404);
});
