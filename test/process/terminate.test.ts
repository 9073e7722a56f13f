import { afterAll, beforeAll, expect, test } from 'vitest';
import { estate, nothingLostNothingDoubled, report } from './estate.ts';
import { openTheatre, type Theatre } from './theatre.ts';

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre('terminate');
});
afterAll(() => theatre?.close());

test('SIGTERM amid a slow write: the write ends, its outcome is noted, and nothing is made twice', async () => {
  const { sync } = theatre;
  await sync.call('fault', { operation: 'jobs.create', times: 1, effect: { kind: 'slow', ms: 5_000 } });
  await theatre.apply(estate(1));
  const operator = await theatre.operator('slow');
  await theatre.until('the slow write', () => sync.call('underWay', 'jobs.create'));
  const asked = Date.now();
  operator.kill('SIGTERM');
  await operator.ended;
  report('ended, amid a write of 5 s', Date.now() - asked);
  expect(operator.exit(), operator.output()).toEqual({ code: 0, signal: null });
  const [job] = await theatre.list('SyncJob');
  expect((await sync.call('jobs')).length).toBe(1);
  expect(job!.status.id).toBeTruthy();

  const again = await theatre.operator('again');
  await theatre.allReady();
  await again.stop();
  await nothingLostNothingDoubled(theatre, 1, 1);
});

test('SIGTERM amid a write that never answers: it ends in time, and the next one looks before it acts', async () => {
  const { sync } = theatre;
  await sync.call('fault', { operation: 'jobs.create', times: 1, effect: { kind: 'hang', acts: true } });
  await theatre.apply(estate(2, 2));
  const operator = await theatre.operator('hung');
  await theatre.until('the write', () => sync.call('underWay', 'jobs.create'));
  const asked = Date.now();
  operator.kill('SIGTERM');
  await operator.ended;
  report('ended, amid a write that never answers', Date.now() - asked);
  expect(operator.exit(), operator.output()).toEqual({ code: 0, signal: null });

  const again = await theatre.operator('again');
  await theatre.allReady();
  await again.stop();
  await nothingLostNothingDoubled(theatre, 2, 2);
});
