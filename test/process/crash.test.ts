import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSeededRandom } from '../support/seededRandom.ts';
import { estate, nothingLostNothingDoubled, report } from './estate.ts';
import { openTheatre, type Theatre } from './theatre.ts';

const ROUNDS = 14;
const SEED = Number(process.env.SEED ?? 1);
let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre('crash');
});
afterAll(() => theatre?.close());

test(`killed again and again, at moments of seed ${SEED}, it loses nothing and makes nothing twice`, async () => {
  const random = createSeededRandom(SEED);
  const { sync } = theatre;
  let most = 2;
  let amid = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    // More to make on even rounds, something to change on odd ones.
    most += round % 2 === 0 ? 1 : 0;
    await theatre.apply(estate(most, round));
    const operator = await theatre.operator('crash');
    const writes = (await sync.call('writes')).length;
    // Within so many milliseconds, or the moment that a write arrives, so that its reply is lost.
    const moment = Math.floor(random.next() * 4_000);
    const nth = 1 + Math.floor(random.next() * 6);
    const late = new Promise((resolve) => setTimeout(resolve, moment + 3_000));
    await (random.next() < 0.3 ? late : Promise.race([sync.call('writesReach', writes + nth), late]));
    expect(operator.exit(), operator.output()).toBeUndefined();
    operator.kill('SIGKILL');
    await operator.ended;
    if (!(await theatre.isReady())) amid++;
  }
  await theatre.apply(estate(most, ROUNDS + 1));
  const began = Date.now();
  await theatre.operator('last');
  await theatre.allReady();
  report(`all Ready after ${ROUNDS} kills, ${amid} of them amid work`, Date.now() - began);
  expect(amid).toBeGreaterThan(ROUNDS / 4);
  await nothingLostNothingDoubled(theatre, most, ROUNDS + 1);
});
