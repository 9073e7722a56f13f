import { type Clock, sleep } from '../ports/clock.ts';

/**
 * Those who have waited go on one after the other, in a turn of the loop each: the lists of twenty workspaces, taken in when what
 * they wait for is there, would hold the loop for half a second together.
 */
export function oneByOne(clock: Clock): (waited: Promise<void>) => Promise<void> {
  let last = Promise.resolve();
  return async (waited) => {
    await waited;
    last = last.then(() => sleep(clock, 0));
    await last;
  };
}
