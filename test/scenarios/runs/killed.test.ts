import { expect, test } from 'vitest';
import { type Circumstances, openWorld, type Point } from './killing.ts';

const HOUR = 3_600_000;

const CIRCUMSTANCES: Record<string, Circumstances> = {
  'nothing special': {},
  'a start that is held open until the run ends': { dialect: { executeReply: 'blocking' } },
  'an empty reply': { dialect: { executeReply: 'empty' } },
  'a lost reply': {
    around: ({ simulator }) => {
      simulator.faults.add({ operation: 'jobs.execute', effect: { kind: 'cut', acts: true } });
    },
  },
  'a person who starts the same job in the same second': {
    around: ({ simulator, clock }, jobId) => {
      const isFree = () => [...simulator.state.runs.values()].every((one) => one.targetId !== jobId || one.end);
      clock.after(12, () => void (isFree() && simulator.console.run(jobId)));
    },
  },
  'a history that lags': { dialect: { executeReply: 'empty', lag: '3000' } },
  'a history that holds only finished runs': { dialect: { executeReply: 'empty', history: 'finishedOnly' } },
  'a history that holds only finished runs, and no status': {
    dialect: { executeReply: 'empty', history: 'finishedOnly', statusRoute: 'absent' },
  },
  'a server clock two hours ahead': { dialect: { executeReply: 'empty' }, serverAheadMs: 2 * HOUR },
  'a server clock two hours behind': { dialect: { executeReply: 'empty' }, serverAheadMs: -2 * HOUR },
};

test.each(
  Object.entries(CIRCUMSTANCES).flatMap(([name, circumstances]) =>
    (['Stop', 'RetryAfterGrace'] as const).map((onUnknown) => [name, onUnknown, circumstances] as const),
  ),
)(
  'killed at every call, with %s and onUnknown %s',
  async (_, onUnknown, circumstances) => {
    const { points: all, kill } = await openWorld(circumstances, { onUnknown });
    const wrong: string[] = [];
    let reached = 0;
    for (const point of await all()) {
      const outcome = await kill(point);
      if (!outcome) continue;
      reached++;
      const { carried, carriedOut, succeeded, sentBefore, status } = outcome;
      const say = (what: string) => wrong.push(`${show(point)}: ${what}; ${succeeded} ${JSON.stringify(status)}`);
      if (carried.some((intent) => intent === undefined)) say('started without an intent');
      if (new Set(carried).size !== carried.length)
        say(`${carried.length} starts for ${new Set(carried).size} intents`);
      if (onUnknown === 'Stop' && carriedOut > 1) say(`ran ${carriedOut} times`);
      if (onUnknown === 'RetryAfterGrace' && !sentBefore && carriedOut !== 1) say(`ran ${carriedOut} times, not once`);
      if (carriedOut === 0 && succeeded.startsWith('True')) say('nothing ran, and it says that it succeeded');
    }
    process.stdout.write(`    ${reached} kills\n`);
    expect(wrong).toEqual([]);
    expect(reached).toBeGreaterThan(20);
  },
  600_000,
);

const show = ({ call, nth, phase }: Point) => `${call} #${nth} ${phase}`;
