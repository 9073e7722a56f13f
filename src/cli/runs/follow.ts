import { definitionOf } from '../../api/registry.ts';
import type { Resource } from '../../engine/resource.ts';
import { isFinished } from '../../engine/run/model.ts';
import { KubeError } from '../../kube/errors.ts';
import { sleep } from '../../ports/clock.ts';
import type { Cluster } from '../cluster.ts';
import { type Command, type Context, flagOf, type Given, OUTPUT } from '../command.ts';
import { CliError, explain, INTERRUPTED } from '../failure.ts';
import { secondsOf } from '../numbers.ts';
import { asData } from '../output.ts';
import { nameOf } from '../targets.ts';
import { frameOf, newsOf, type Progress, progressOf } from './progress.ts';

const EVERY_MS = 1_000;
/** Exit codes of what follows a run to its end. */
export const CODES = { succeeded: 0, failed: 3, unknown: 4, timeout: 5 } as const;

export const FOLLOW_CODES =
  'Exit code 0 when the run succeeded, 3 when it failed, was cancelled or did not start, 4 when nobody knows how it ended, 5 when --timeout came first.';

export const TIMEOUT = {
  value: 'DURATION',
  help: 'how long to follow it at most (90s, 1h30m); the run goes on (no limit)',
};

/** `-o json|yaml`: the SyncRun as it is in the end; progress is on standard error then. */
export const RUN_OUTPUT = {
  ...OUTPUT,
  help: 'table, json or yaml: the SyncRun, and progress on standard error (table)',
};

/** A run that is there already. */
export const follow: Command = {
  name: 'follow',
  summary: 'Follow a run to its end, task by task or step by step',
  args: 'run/NAME',
  description: `${FOLLOW_CODES}\nCtrl-C ends the following, not the run.`,
  flags: { timeout: TIMEOUT, output: RUN_OUTPUT },
  examples: [{ text: 'a run that a CronJob has made', line: 'kubectl sync follow run/crm-nightly-29384756' }],
  needs: ['get syncruns'],
  completes: 'run',
  async run(context, given) {
    return followRun(context, await context.cluster(), nameOf(given, 'SyncRun'), given);
  },
};

/**
 * Shows a SyncRun until it is finished. Resolves to the exit code; throws CliError when it is deleted meanwhile. While the API server
 * does not answer, which is said once, it waits on.
 */
export async function followRun(context: Context, cluster: Cluster, name: string, given: Given): Promise<number> {
  const { terminal, clock, signal } = context;
  const deadline = clock.monotonic() + 1_000 * (secondsOf(given, 'timeout') ?? Number.POSITIVE_INFINITY);
  const show = viewer(context, name, isData(given));
  let run = await cluster.get(definitionOf('SyncRun')!, name);
  let silent = false;
  for (;;) {
    show(progressOf(run));
    const late = clock.monotonic() >= deadline;
    if (isFinished(run) || late) terminal.out(asData(given, bare(run)) ?? '');
    if (isFinished(run)) return codeOf(run.status?.conditions?.find(({ type }) => type === 'Succeeded')?.status);
    if (signal.aborted || late) {
      terminal.err(`the run goes on; follow it again with: kubectl sync follow run/${name} -n ${cluster.namespace}\n`);
      return signal.aborted ? INTERRUPTED : CODES.timeout;
    }
    await sleep(clock, EVERY_MS, signal);
    if (signal.aborted) continue;
    try {
      run = await again(cluster, run);
      silent = false;
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (!silent) terminal.err(`still waiting: ${explain(error)}\n`);
      silent = true;
    }
  }
}

/** Standard output is for data alone. */
export const isData = (given: Given): boolean => (flagOf(given, 'output') ?? 'table') !== 'table';

/** For people and scripts: without who wrote which field. */
export function bare(run: Resource): object {
  const { managedFields: _, ...metadata } = run.metadata as Resource['metadata'] & { managedFields?: unknown };
  return { ...run, metadata };
}

async function again(cluster: Cluster, { metadata: { name, uid } }: Resource): Promise<Resource> {
  const run = await cluster.find(definitionOf('SyncRun')!, name);
  if (run?.metadata.uid === uid) return run!;
  throw new CliError(`SyncRun ${name} was deleted while it was followed; kubectl sync history tells how its run ended`);
}

/** The API server is away, or has too much to do. */
function isPassing(error: unknown): boolean {
  return error instanceof KubeError && (error.status === 0 || error.status === 429 || error.status >= 500);
}

/** Draws over what it drew before where that can be done; else it writes what is new. */
function viewer({ terminal, clock }: Context, name: string, data: boolean): (after: Progress) => void {
  let before: Progress | undefined;
  let drawn: string[] = [];
  return (after) => {
    if (data || !terminal.live) {
      const say = data ? terminal.err : terminal.out;
      for (const line of newsOf(name, before, after, clock.now())) say(`${line}\n`);
      before = after;
      return;
    }
    const lines = frameOf(name, after, terminal, clock.now());
    if (lines.join('\n') === drawn.join('\n')) return;
    terminal.out(`${drawn.length > 0 ? `\u001b[${drawn.length}A\u001b[J` : ''}${lines.join('\n')}\n`);
    drawn = lines;
  };
}

function codeOf(succeeded: string | undefined): number {
  return succeeded === 'True' ? CODES.succeeded : succeeded === 'False' ? CODES.failed : CODES.unknown;
}
