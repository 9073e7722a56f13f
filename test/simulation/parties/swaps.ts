import type { Land } from '../land.ts';
import { createAccepter } from './accepter.ts';
import { furnish } from './furnish.ts';

/** Another installation behind the address of the server. */
export interface Swaps {
  /** It is over, if it has begun: as it was before, or for good. From now on a person answers for whichever stays. */
  settle(): void;
}

const MINUTE = 60_000;

/** One seed in eight has it, now and then one with hours of quiet. */
export function startSwaps(land: Land): Swaps {
  const { setting } = land;
  const { clock, rareDice, installations, timeline } = setting;
  if (![9, 12].includes(setting.seed % 16)) return { settle() {} };
  const accepter = createAccepter(land);
  const until = rareDice.pick(['it is back', 'it is back', 'for good', 'for good', 'accepted, and back'] as const);
  const awayMs = rareDice.pick([rareDice.between(5, 60) * 1000, rareDice.between(1, 8) * MINUTE]);
  const furnished = rareDice.chance(0.6);
  let left = until === 'for good' ? 1 : 2;

  const leave = () => {
    const before = setting.simulator.state;
    installations.swap();
    if (furnished) furnish(setting, before);
    const what = furnished ? 'where others have such objects' : 'which is empty';
    timeline.note('Sync', `another installation, ${what}, answers as ${installations.identity}: ${until}`);
    accepter.answers = until !== 'it is back';
    if (until !== 'for good') clock.after(until === 'it is back' ? awayMs : awayMs + 4 * MINUTE, next);
  };
  const comeBack = () => {
    installations.swap();
    timeline.note('Sync', `the first installation answers again, as ${installations.identity}`);
  };
  const next = () => {
    left--;
    if (left === (until === 'for good' ? 0 : 1)) leave();
    else if (left === 0) comeBack();
  };
  clock.after(rareDice.between(60, 8 * 60) * 1000, next);
  return {
    settle() {
      if (left === 1 && until !== 'for good') comeBack();
      left = -1;
      accepter.answers = true;
    },
  };
}
