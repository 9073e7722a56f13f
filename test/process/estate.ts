import { expect } from 'vitest';
import type { Manifest } from '../cluster/types.ts';
import { connection, job } from '../support/manifests.ts';
import type { Theatre } from './theatre.ts';

/** Connections and jobs by number; `version` changes a property of each connection and the schema of each job. */
export function estate(count: number, version = 1): Manifest[] {
  return Array.from({ length: count }, (_, at) => [
    connection({ name: `Connection ${at}`, properties: { User: `user-${version}` } }, { name: `connection-${at}` }),
    job(
      {
        name: `Job ${at}`,
        sourceRef: { name: `connection-${at}` },
        destinationRef: { name: `connection-${(at + 1) % count}` },
        options: { destinationSchema: `schema_${version}` },
        changePolicy: 'Automatic',
        tasks: TASKS.map((table) => ({ table })),
      },
      { name: `job-${at}` },
    ),
  ]).flat();
}

const TASKS = ['Accounts', 'Contacts', 'Orders'];

/** Sync has each thing once, as the manifests say, and every one was made by exactly one call. */
export async function nothingLostNothingDoubled({ sync }: Theatre, count: number, version: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, at) => at);
  const byName = <T extends { name?: string }>(items: T[]) => items.toSorted((a, b) => (a.name! < b.name! ? -1 : 1));
  const jobs = numbers.map((at) => ({ name: `Job ${at}`, tasks: TASKS, schema: `schema_${version}` }));
  const connections = numbers.map((at) => ({ name: `Connection ${at}`, properties: { User: `user-${version}` } }));
  expect(byName(await sync.call('jobs'))).toEqual(byName(jobs));
  expect(byName(await sync.call('connections'))).toEqual(byName(connections));
  const acted = (await sync.call('writes')).filter((write) => write.acted).map(({ operation }) => operation);
  const made = (operation: string) => acted.filter((one) => one === operation).length;
  expect({
    connections: made('connections.create'),
    jobs: made('jobs.create'),
    tasks: made('jobs.tasks.add'),
    deleted: acted.filter((operation) => /delete|remove/i.test(operation ?? '')),
  }).toEqual({ connections: count, jobs: count, tasks: count * TASKS.length, deleted: [] });
}

/** What a person who reads the log of the tests may want to know. */
export const report = (what: string, ms: number) => console.log(`${what}: ${(ms / 1000).toFixed(1)} s`);
