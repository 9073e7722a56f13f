import { spawnSync } from 'node:child_process';
import { it } from 'vitest';
import { systemClock } from '../../src/ports/clock.ts';
import { undiciTransport } from '../../src/ports/undiciTransport.ts';
import { createSeededRandom } from '../support/seededRandom.ts';
import { createApiClient } from './apiClient.ts';
import { createCluster } from './cluster.ts';
import { kubectlSuite } from './conformance/kubectl.ts';
import { kubeconfig, serveCluster } from './serve.ts';
import { widgetCrd } from './widgets.ts';

const present = spawnSync('kubectl', ['version', '--client']).status === 0;
if (present) {
  kubectlSuite('the twin', 'kubectl', async () => {
    const cluster = createCluster({ clock: systemClock(), random: createSeededRandom(5) });
    cluster.install(widgetCrd);
    const server = await serveCluster(cluster);
    const connection = undiciTransport().connect({ origin: server.url });
    return {
      kubeconfig: kubeconfig(server.url),
      namespace: 'default',
      api: createApiClient(connection),
      async close() {
        await connection.close();
        await server.close();
      },
    };
  });
} else {
  console.log('kubectl is not on PATH: the tests with a stock kubectl are left out');
  it('needs kubectl, which is not on PATH', () => {});
}
