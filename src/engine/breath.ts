import { type Clock, sleep } from '../ports/clock.ts';

/** How long passes that wait for nothing may follow each other before timers and sockets have their turn; milliseconds. */
const BREATH_MS = 20;

/**
 * A pause for timers and sockets, shared by all workers of all controllers: resolves at once within the time that they have
 * together, else after a turn of the loop that all wait for. A pause each would give every worker that time in the same turn.
 */
export function createBreath(clock: Clock): () => Promise<void> {
  let since = clock.monotonic();
  let pause: Promise<void> | undefined;

  async function turn(): Promise<void> {
    await sleep(clock, 0);
    since = clock.monotonic();
    pause = undefined;
  }

  return async () => {
    if (!pause && clock.monotonic() - since < BREATH_MS) return;
    pause ??= turn();
    await pause;
  };
}
