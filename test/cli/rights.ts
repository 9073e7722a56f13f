import { createDoor } from '../support/rbac.ts';
import type { World } from '../support/world.ts';
import { KUBE_URL } from '../support/world.ts';
import type { Cli } from './cli.ts';

/** From now on the person at the command line may do in the cluster only this: `get syncruns`, `create secrets`. */
export function allowOnly(cli: Cli, world: Pick<World, 'cluster'>, rights: readonly string[]): void {
  const watched = rights.map((right) => {
    const [verb, resource] = right.split(' ') as [string, string];
    return {
      group: resource.startsWith('sync') ? 'sync.cdata.com' : '',
      resources: [resource],
      verbs: [verb],
      why: '',
    };
  });
  const door = createDoor(world.cluster.handler, { watched, cluster: [], home: [] }, { home: '' });
  cli.network.serve(KUBE_URL, door.handler);
}
