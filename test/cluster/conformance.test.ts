import { systemClock } from '../../src/ports/clock.ts';
import { createNetwork } from '../support/network.ts';
import { createSeededRandom } from '../support/seededRandom.ts';
import { createCluster } from './cluster.ts';
import { conformance } from './conformance/suite.ts';

conformance('the twin', async () => {
  const clock = systemClock();
  const random = createSeededRandom(1);
  const network = createNetwork({ clock, random, latencyMs: [0, 1], record: false });
  network.serve('http://cluster', createCluster({ clock, random }).handler);
  return { connection: network.connect({ origin: 'http://cluster' }), close: async () => {} };
});
