import { runSeed } from './seed.ts';

/** What a worker process tells the runner of one seed. */
export interface Report {
  seed: number;
  violations: readonly string[];
  virtualMs: number;
  ends: [string, number][];
  /** The process ends with this one. */
  last?: boolean;
}

let current = 0;
process.on('unhandledRejection', (error) => {
  tell({ seed: current, violations: [`unhandled: ${describe(error)}`], virtualMs: 0, ends: [], last: true });
  process.disconnect();
  process.exitCode = 1;
  process.exit();
});
process.on('message', (seed: number) => void work(seed));
process.send!('ready');

async function work(seed: number): Promise<void> {
  current = seed;
  try {
    const { violations, virtualMs, ends } = await runSeed(seed);
    tell({ seed, violations, virtualMs, ends: [...ends] });
  } catch (error) {
    tell({ seed, violations: [`throws: ${describe(error)}`], virtualMs: 0, ends: [] });
  }
}

function tell(report: Report): void {
  process.send!(report);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
