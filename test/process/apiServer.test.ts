import { afterAll, beforeAll, expect, test } from 'vitest';
import { estate, nothingLostNothingDoubled, report } from './estate.ts';
import type { Operator } from './operator.ts';
import { openTheatre, type Theatre } from './theatre.ts';

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre('server');
});
afterAll(() => theatre?.close());

/** As the kubelet: starts it again whenever it ends. */
function supervise(): { current(): Operator | undefined; restarts(): number; stop(): Promise<void> } {
  let over = false;
  let current: Operator | undefined;
  let starts = 0;
  const done = (async () => {
    while (!over) {
      current = await theatre.operator('supervised', { leaderElect: true });
      starts++;
      if (over) await current.stop();
      await current.ended;
    }
  })();
  return {
    current: () => current,
    restarts: () => starts - 1,
    async stop() {
      over = true;
      await current?.stop();
      await done;
    },
  };
}

test('the API server is restarted and killed amid work: all of it is done, once', async () => {
  const { plane, sync } = theatre;
  const operator = supervise();
  await theatre.apply(estate(3));
  let most = 3;
  for (const signal of ['SIGTERM', 'SIGKILL', 'SIGKILL'] as const) {
    most += 2;
    await theatre.apply(estate(most, most));
    await sync.call('writesReach', (await sync.call('writes')).length + 3);
    await plane.stopApiServer(signal);
    const began = Date.now();
    await plane.startApiServer();
    report(`the API server is back after ${signal}`, Date.now() - began);
    await theatre.allReady();
    report(`all Ready after the API server's ${signal}`, Date.now() - began);
  }
  console.log(`restarts of the controller: ${operator.restarts()}`);
  await operator.stop();
  await nothingLostNothingDoubled(theatre, most, most);
});

test('etcd is compacted while the controller sleeps: what was deleted and changed meanwhile is found by a list', async () => {
  const { plane, sync } = theatre;
  const operator = await theatre.operator('sleeper');
  await theatre.apply(estate(9, 19));
  await theatre.until('the watches of the controller', async () => (await operator.readyz()) === 200);
  await theatre.allReady();
  operator.kill('SIGSTOP');
  // Its connections end here: nothing of what follows waits in them for it to wake.
  await plane.stopApiServer('SIGKILL');
  await plane.startApiServer();
  const before = (await sync.call('writes')).length;
  await theatre.remove('SyncJob', 'job-0');
  await theatre.apply(estate(9, 20).filter(({ metadata }) => metadata.name !== 'job-0'));
  await plane.compact();
  // The API server's own memory of what happened would bridge the gap.
  await plane.stopApiServer('SIGKILL');
  await plane.startApiServer();
  operator.kill('SIGCONT');
  const began = Date.now();
  await theatre.allReady();
  report('all Ready after a compaction', Date.now() - began);
  expect(operator.exit()).toBeUndefined();
  const failed = operator.log().map(({ reason }) => reason);
  expect(failed).toContain('Expired');
  const later = (await sync.call('writes')).slice(before).map(({ operation }) => operation);
  expect(later.toSorted()).toEqual([...Array(9).fill('connections.update'), ...Array(8).fill('jobs.update')]);
  await operator.stop();
});
