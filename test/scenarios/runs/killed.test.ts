import { afterAll, expect, test } from 'vitest';
import { PHASES, type Phase } from '../../support/network.ts';
import { type Circumstances, openWorld, type Point } from './killing.ts';

const HOUR = 3_600_000;
const SLOT = 600_000;

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
  'a schedule that starts the same job in the same second': {
    job: { schedule: { enabled: true, cron: '0 */10 * * * *' } },
    around: (world) => world.settle(SLOT - (world.clock.now() % SLOT) - 12),
  },
  'a history that lags': { dialect: { executeReply: 'empty', lag: '3000' } },
  'a history that holds only finished runs': { dialect: { executeReply: 'empty', history: 'finishedOnly' } },
  'a history that holds only finished runs, and no status': {
    dialect: { executeReply: 'empty', history: 'finishedOnly', statusRoute: 'absent' },
  },
  'a server clock two hours ahead': { dialect: { executeReply: 'empty' }, serverAheadMs: 2 * HOUR },
  'a server clock two hours behind': { dialect: { executeReply: 'empty' }, serverAheadMs: -2 * HOUR },
};

let total = 0;
afterAll(() => void process.stdout.write(`    ${total} points in all\n`));

const MANNERS = ['Stop', 'RetryAfterGrace'] as const;
const CASES = Object.entries(CIRCUMSTANCES).flatMap(([name, circumstances]) =>
  MANNERS.map((onUnknown) => [name, onUnknown, circumstances] as const),
);

test.each(CASES)(
  'killed at every call, with %s and onUnknown %s',
  async (name, onUnknown, circumstances) => {
    // That a reply has come changes nothing that outlives the process, and routes are learned once: shown once for all.
    const plain = name === 'nothing special';
    const phases = plain ? PHASES : PHASES.slice(0, 2);
    await endWell(() => openWorld(circumstances, { onUnknown }, !plain), { onUnknown, phases, paused: false });
  },
  600_000,
);

test.each(MANNERS)(
  'paused past the lease at every call, with onUnknown %s',
  async (onUnknown) => {
    const open = () => openWorld({ config: { leaderElect: true } }, { onUnknown }, true);
    await endWell(open, { onUnknown, phases: PHASES.slice(0, 2), paused: true });
  },
  600_000,
);

interface Manner {
  onUnknown: (typeof MANNERS)[number];
  phases: readonly Phase[];
  paused: boolean;
}

/** Whatever the point: each start has an intent of its own, and the run ends and tells the truth. */
async function endWell(open: () => ReturnType<typeof openWorld>, manner: Manner): Promise<void> {
  const { points, kill } = await open();
  const all = (await points()).filter(({ phase }) => manner.phases.includes(phase));
  const wrong: string[] = [];
  let fresh = 0;
  for (const point of all) {
    const used = await kill(point, manner.paused);
    // Some calls do not come in every run, as polls and those by which routes are learned: a new world comes to them for certain.
    const outcome = used ?? (await (await open()).kill(point, manner.paused));
    if (!used) fresh++;
    if (outcome) wrong.push(...mistakes(outcome, manner).map((what) => `${show(point)}: ${what}`));
    else wrong.push(`${show(point)}: not reached`);
  }
  total += all.length;
  process.stdout.write(`    ${all.length} points, ${fresh} of them in worlds of their own\n`);
  expect(wrong).toEqual([]);
  expect(all.length).toBeGreaterThan(15);
}

type Outcome = NonNullable<Awaited<ReturnType<Awaited<ReturnType<typeof openWorld>>['kill']>>>;

function mistakes(outcome: Outcome, { onUnknown }: Manner): string[] {
  const { carried, carriedOut, succeeded, sentBefore, late, status, theirs } = outcome;
  // After a crash nothing tells one new run from another: somebody's run of the same second is taken for ours, and it says Inferred.
  const mistaken = status.attribution === 'Inferred' && theirs.includes(status.runId);
  const nothing = carriedOut === 0 && !mistaken;
  return [
    ...(carried.some((intent) => intent === undefined) ? ['started without an intent'] : []),
    ...(new Set(carried).size !== carried.length
      ? [`${carried.length} starts for ${new Set(carried).size} intents`]
      : []),
    ...(onUnknown === 'Stop' && carriedOut > 1 ? [`ran ${carriedOut} times`] : []),
    ...(onUnknown === 'RetryAfterGrace' && !sentBefore && (nothing || carriedOut > 1)
      ? [`ran ${carriedOut} times`]
      : []),
    ...(nothing && succeeded.startsWith('True') ? ['nothing ran, and it says that it succeeded'] : []),
    ...(late === 0 ? [] : ['started by the process that had lost its lease']),
  ];
}

const show = ({ call, nth, phase }: Point) => `${call} #${nth} ${phase}`;
