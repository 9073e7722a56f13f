import { afterAll, beforeAll, expect, test } from 'vitest';
import { estate, nothingLostNothingDoubled, report } from './estate.ts';
import type { Operator } from './operator.ts';
import { openTheatre, type Theatre } from './theatre.ts';

const HOUR = 3_600_000;
let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre('failover');
});
afterAll(() => theatre?.close());

const leads = (operator: Operator) => operator.log().some(({ msg }) => msg === 'reconciling');

test('a leader that is stopped amid work past its lease is replaced, and does nothing when it wakes; clocks may be hours apart', async () => {
  const { sync } = theatre;
  // One thinks that it is an hour ago, the other that it is in two hours.
  const [one, two] = await Promise.all([
    theatre.operator('one', { leaderElect: true, skewMs: -HOUR }),
    theatre.operator('two', { leaderElect: true, skewMs: 2 * HOUR }),
  ]);
  await theatre.until('a leader', async () => leads(one) || leads(two));
  const [leader, other] = leads(one) ? [one, two] : [two, one];

  await theatre.apply(estate(6));
  // A write is on its way, and its reply with it, when the leader is stopped.
  await sync.call('fault', { operation: 'jobs.create', times: 1, effect: { kind: 'slow', ms: 3_000 } });
  await theatre.until('a first job', () => sync.call('underWay', 'jobs.create'));
  leader.kill('SIGSTOP');
  const stopped = Date.now();
  expect(leads(other)).toBe(false);
  await theatre.until('the other one to lead', async () => leads(other));
  report('the other one leads after the leader was stopped', Date.now() - stopped);
  await theatre.allReady();
  report('all Ready after the leader was stopped', Date.now() - stopped);

  const before = (await sync.call('writes')).length;
  leader.kill('SIGCONT');
  await theatre.until('the end of the one that was stopped', async () => leader.exit() !== undefined);
  expect(leader.exit()).toEqual({ code: 1, signal: null });
  // A change shows that the other one still leads, and only it.
  await theatre.apply(estate(6, 2));
  await theatre.allReady();
  const later = (await sync.call('writes')).slice(before).map(({ operation }) => operation);
  expect(later.toSorted()).toEqual([...Array(6).fill('connections.update'), ...Array(6).fill('jobs.update')]);
  await nothingLostNothingDoubled(theatre, 6, 2);

  const third = await theatre.operator('three', { leaderElect: true });
  await theatre.until('a third one to wait', async () => (await third.readyz()) === 200);
  expect(leads(third)).toBe(false);
  const asked = Date.now();
  await other.stop();
  expect(other.exit()).toEqual({ code: 0, signal: null });
  await theatre.until('the third one to lead', async () => leads(third));
  report('the third one leads after the leader was asked to end', Date.now() - asked);
});
