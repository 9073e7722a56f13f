import { convergedWorld } from '../scenarios/landscape.ts';
import { server, workspace } from '../support/manifests.ts';
import { createWorld, type World } from '../support/world.ts';

/** What stands there before a guide begins, by the words of its `<!-- given: … -->`. */
export const GIVEN: Readonly<Record<string, () => Promise<World>>> = {
  '': async () => {
    const world = createWorld();
    await world.start();
    return world;
  },
  'a server': async () => {
    const world = createWorld();
    world.apply(server(), workspace());
    await world.start();
    await world.ready('SyncWorkspace', 'default');
    return world;
  },
  'a server with a job of its own': crmServer,
  'a job that is managed': () => convergedWorld(),
};

/** A server on which somebody has made two connections and a job in the console. */
export async function crmServer(): Promise<World> {
  const world = createWorld();
  const { console } = world.simulator;
  const source = console.createConnection({
    name: 'CRM',
    connector: 'Salesforce',
    properties: { User: 'sync@example.com' },
  });
  const target = console.createConnection({
    name: 'Warehouse',
    connector: 'PostgreSQL',
    properties: { Server: 'warehouse.example.com', Database: 'analytics', User: 'sync', Password: 'secret' },
  });
  console.createJob(
    {
      name: 'Nightly',
      type: 'Standard',
      source_connection: source.id,
      destination_connection: target.id,
      batch_size: 500,
    },
    [{ table: 'Accounts' }, { table: 'Contacts' }],
  );
  await world.start();
  return world;
}
