/** Virtual time that runs beside something real: it stands still while the real is at work. */
export interface Pace {
  /** Something real has begun; the returned function says that it has ended. */
  begin(): () => void;
  /** Time waits until it holds. */
  expect(holds: () => boolean, what: string): void;
  /** Time stands still whenever it does not hold. */
  always(holds: () => boolean, what: string): void;
  /** Makes whoever waits for time fail. */
  fail(error: unknown): void;
  /** Forgets what was expected and what failed: another scenario begins. */
  reset(): void;
  /** Resolves when nothing real is under way and all that was expected holds. */
  drained(): Promise<void>;
}

const LIMIT_MS = 60_000;
/** What the API server has sent to one watch it has sent to all of them, give or take this. */
const SPREAD_MS = 8;

export function createPace(): Pace {
  const expected = new Map<() => boolean, string>();
  const lasting = new Map<() => boolean, string>();
  let busy = 0;
  let moved = false;
  let failure: unknown;

  function pending(): string[] {
    for (const holds of expected.keys()) if (holds()) expected.delete(holds);
    const broken = [...lasting].filter(([holds]) => !holds()).map(([, what]) => what);
    return [...expected.values(), ...broken, ...(busy > 0 ? [`${busy} requests`] : [])];
  }

  return {
    begin() {
      busy++;
      let ended = false;
      return () => {
        if (!ended) busy--;
        ended = true;
      };
    },
    expect(holds, what) {
      expected.set(holds, what);
      moved = true;
    },
    always: (holds, what) => void lasting.set(holds, what),
    fail(error) {
      failure ??= error;
    },
    reset() {
      expected.clear();
      lasting.clear();
      failure = undefined;
    },
    async drained() {
      const began = Date.now();
      await immediate();
      for (;;) {
        if (failure) throw failure;
        const waiting = pending();
        if (waiting.length === 0 && !moved) return;
        if (Date.now() - began > LIMIT_MS) throw new Error(`in vain for a minute: ${waiting.join(', ')}`);
        moved = waiting.length > 0;
        await pause(waiting.length > 0 ? 1 : SPREAD_MS);
        await immediate();
      }
    },
  };
}

const immediate = () => new Promise<void>((resolve) => setImmediate(resolve));
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
