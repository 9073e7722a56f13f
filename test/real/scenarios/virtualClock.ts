import { createVirtualClock as createPlainClock, type VirtualClock } from '../../support/virtualClock.ts';
import { createPace } from './pace.ts';

/** One for each test file: scenarios run one after the other. */
export const pace = createPace();

/** Stands in for test/support/virtualClock.ts: waits for the API server at every step. Begins now, for the server tells the time, too. */
export function createVirtualClock(): VirtualClock {
  return createPlainClock(Date.now(), pace.drained);
}
