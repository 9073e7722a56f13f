import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { runSeeds } from './pool.ts';
import { runSeed } from './seed.ts';
import type { Report } from './worker.ts';

const USAGE = `npm run simulate -- --seeds N [--from F] [--processes P]   N seeds from F on (1), on all cores
    --first                                                  ends at the first that fails
npm run simulate -- --seed S [--quiet]                       one seed again, with the timeline of what everybody did`;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string' },
    from: { type: 'string', default: '1' },
    processes: { type: 'string', default: String(availableParallelism()) },
    quiet: { type: 'boolean', default: false },
    first: { type: 'boolean', default: false },
  },
});

if (values.seed !== undefined) process.exitCode = await replay(Number(values.seed), values.quiet);
else if (values.seeds !== undefined) {
  process.exitCode = await runMany(Number(values.from), Number(values.seeds), Number(values.processes));
} else {
  process.stdout.write(`${USAGE}\n`);
  process.exitCode = 2;
}

async function replay(seed: number, quiet: boolean): Promise<number> {
  const { timeline, violations } = await runSeed(seed);
  if (!quiet) process.stdout.write(`${timeline.show()}\n`);
  process.stdout.write(`seed ${seed}: ${violations.length === 0 ? 'all is well' : violations.join('\n')}\n`);
  return violations.length === 0 ? 0 : 1;
}

async function runMany(from: number, count: number, processes: number): Promise<number> {
  const started = performance.now();
  const ends = new Map<string, number>();
  const failed: number[] = [];
  let virtualMs = 0;
  let done = 0;
  const seeds = range(from, count);
  await runSeeds(seeds, processes, (report) => {
    done++;
    virtualMs += report.virtualMs;
    for (const [end, n] of report.ends) ends.set(end, (ends.get(end) ?? 0) + n);
    if (report.violations.length > 0) {
      failed.push(report.seed);
      process.stdout.write(describeFailure(report));
      if (values.first) seeds.return(undefined);
    }
    if (done % 100 === 0) process.stdout.write(`${done} of ${count} seeds, ${failed.length} failed\n`);
  });
  const minutes = (performance.now() - started) / 60_000;
  process.stdout.write(`${summary({ done, failed, virtualMs, minutes, processes })}\n${showEnds(ends)}\n`);
  return failed.length === 0 ? 0 : 1;
}

function* range(from: number, count: number): Generator<number, undefined> {
  for (let seed = from; seed < from + count; seed++) yield seed;
  return undefined;
}

function describeFailure({ seed, violations }: Report): string {
  const shown = violations.slice(0, 3).map((one) => `  ${one.slice(0, 600)}\n`);
  return `seed ${seed} fails:\n${shown.join('')}  again: npm run simulate -- --seed ${seed}\n`;
}

interface Tally {
  done: number;
  failed: readonly number[];
  virtualMs: number;
  minutes: number;
  processes: number;
}

function summary({ done, failed, virtualMs, minutes, processes }: Tally): string {
  const hours = Math.round(virtualMs / 3_600_000);
  const pace = Math.round(done / minutes);
  const bad =
    failed.length === 0 ? 'none failed' : `${failed.length} failed: ${[...failed].sort((a, b) => a - b).join(' ')}`;
  return `${done} seeds, ${bad}; ${hours} virtual hours in ${minutes.toFixed(1)} minutes on ${processes} processes (${pace} seeds a minute)`;
}

/** What became of the resources: a simulation in which hardly anything converges would prove little. */
function showEnds(ends: ReadonlyMap<string, number>): string {
  const all = [...ends.values()].reduce((sum, n) => sum + n, 0);
  const shares = [...ends].sort((a, b) => b[1] - a[1]).map(([end, n]) => `${end} ${((100 * n) / all).toFixed(1)} %`);
  return `how the resources ended: ${shares.join(', ')}`;
}
