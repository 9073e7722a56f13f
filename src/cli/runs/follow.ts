import { definitionOf } from '../../api/registry.ts';
import { sleep } from '../../ports/clock.ts';
import type { Cluster } from '../cluster.ts';
import { type Command, type Context, flagOf, type Given } from '../command.ts';
import { CliError, INTERRUPTED } from '../failure.ts';
import { nameOf } from '../targets.ts';
import { frameOf, newsOf, type Progress, progressOf } from './progress.ts';

const EVERY_MS = 1_000;
/** Exit codes of what follows a run to its end. */
const CODES = { succeeded: 0, failed: 3, unknown: 4, timeout: 5 } as const;

export const FOLLOW_CODES =
  'Exit code 0 when the run succeeded, 3 when it failed, was cancelled or did not start, 4 when nobody knows how it ended, 5 when --timeout came first.';

export const TIMEOUT = { value: 'SECONDS', help: 'how long to follow it at most; the run goes on (no limit)' };

/** A run that is there already. */
export const follow: Command = {
  name: 'follow',
  summary: 'Follow a run to its end, task by task or step by step',
  args: 'run/NAME',
  description: `${FOLLOW_CODES}\nCtrl-C ends the following, not the run.`,
  flags: { timeout: TIMEOUT },
  examples: [{ text: 'a run that a CronJob has made', line: 'kubectl sync follow run/crm-nightly-29384756' }],
  needs: ['get syncruns'],
  completes: 'run',
  async run(context, given) {
    return followRun(context, await context.cluster(), nameOf(given, 'SyncRun'), given);
  },
};

/** Shows a SyncRun until it is finished. Resolves to the exit code; throws CliError when it is deleted meanwhile. */
export async function followRun(context: Context, cluster: Cluster, name: string, given: Given): Promise<number> {
  const { terminal, clock, signal } = context;
  const deadline = clock.monotonic() + 1_000 * secondsOf(given, 'timeout');
  let before: Progress | undefined;
  let drawn = 0;
  for (;;) {
    const run = await cluster.get(definitionOf('SyncRun')!, name);
    const after = progressOf(run);
    if (terminal.live) {
      const lines = frameOf(name, after, terminal, clock.now());
      terminal.out(`${drawn > 0 ? `\u001b[${drawn}A\u001b[J` : ''}${lines.join('\n')}\n`);
      drawn = lines.length;
    } else for (const line of newsOf(name, before, after, clock.now())) terminal.out(`${line}\n`);
    before = after;
    if (after.finished) return codeOf(run.status?.conditions?.find(({ type }) => type === 'Succeeded')?.status);
    if (signal.aborted || clock.monotonic() >= deadline) {
      terminal.err(`the run goes on; follow it again with: kubectl sync follow run/${name} -n ${cluster.namespace}\n`);
      return signal.aborted ? INTERRUPTED : CODES.timeout;
    }
    await sleep(clock, EVERY_MS, signal);
  }
}

function codeOf(succeeded: string | undefined): number {
  return succeeded === 'True' ? CODES.succeeded : succeeded === 'False' ? CODES.failed : CODES.unknown;
}

/** A flag that takes whole seconds; Infinity when it was not given. Throws CliError. */
export function secondsOf(given: Given, name: string): number {
  const text = flagOf(given, name);
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const seconds = Number(text.replace(/s$/, ''));
  if (!Number.isInteger(seconds) || seconds < 0)
    throw new CliError(`--${name}: "${text}" is not a whole number of seconds`);
  return seconds;
}
