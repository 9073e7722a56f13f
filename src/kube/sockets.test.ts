import { expect, test } from 'vitest';
import { createMiniApi } from '../../test/kube/miniApi.ts';
import { connection, THINGS } from '../../test/kube/setup.ts';
import { listen } from '../../test/support/listen.ts';
import { createSeededRandom } from '../../test/support/seededRandom.ts';
import { systemClock } from '../ports/clock.ts';
import { silentLogger } from '../ports/logger.ts';
import { silentMeter } from '../ports/meter.ts';
import { undiciTransport } from '../ports/undiciTransport.ts';
import { createKubeClient } from './client.ts';
import { isNotFound } from './errors.ts';
import type { KubeObject } from './objects.ts';
import { createReflector } from './reflector.ts';
import { type Change, createStore } from './store.ts';

test('client and reflector work over real sockets', async () => {
  const api = createMiniApi();
  for (let i = 0; i < 1_100; i++) api.put(`/api/v1/namespaces/a/things/x${i}`, { spec: 'ü'.repeat(300) });
  const server = await listen(api.handler);
  const clock = systemClock();
  const [meter, logger] = [silentMeter(), silentLogger()];
  const endpoint = { origin: server.url };
  const client = createKubeClient({
    connection: { ...connection, endpoint },
    transport: undiciTransport(),
    clock,
    meter,
    userAgent: 'test',
  });
  const store = createStore<KubeObject>(logger);
  const changed = () =>
    new Promise<Change<KubeObject>>((resolve) => {
      const stop = store.subscribe((change) => {
        stop();
        resolve(change);
      });
    });
  const reflector = createReflector({
    client,
    resource: THINGS,
    store,
    clock,
    random: createSeededRandom(1),
    meter,
    logger,
  });
  reflector.start();
  await reflector.whenSynced();
  expect(store.size).toBe(1_100);

  const seen = changed();
  await client.patch(THINGS, { namespace: 'a', name: 'x7' }, { type: 'merge', body: { status: 'new' } });
  expect(await seen).toMatchObject({ key: 'a/x7', after: { status: 'new' } });
  const after = changed();
  api.breakWatches('reset');
  await client.delete(THINGS, { namespace: 'a', name: 'x7' });
  expect(await after).toMatchObject({ key: 'a/x7', before: { status: 'new' } });
  expect(isNotFound(await client.get(THINGS, { namespace: 'a', name: 'x7' }).catch((error) => error))).toBe(true);

  reflector.stop();
  await client.close();
  await server.close();
});
