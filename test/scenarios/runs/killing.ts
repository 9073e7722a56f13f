import type { Loose } from '../../cluster/types.ts';
import { run, SYNC_URL } from '../../support/manifests.ts';
import type { Exchange, Network, Phase } from '../../support/network.ts';
import type { World, WorldOptions } from '../../support/world.ts';
import { convergedWorld, itemNamed } from '../landscape.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** One moment of a run: the n-th call of its kind, in one of its phases. */
export interface Point {
  call: string;
  nth: number;
  phase: Phase;
}

export interface Circumstances extends WorldOptions {
  /** Something that happens to every run, from its beginning on. */
  around?(world: World, jobId: string): void | Promise<void>;
  job?: Loose;
}

/** A world in which runs are killed one after another. `warm`: one run has gone before, by which routes were learned. */
export async function openWorld({ around, ...options }: Circumstances, spec: Loose, warm: boolean) {
  const world = await convergedWorld(options);
  const { id } = itemNamed(world, 'jobs', 'Nightly');
  world.simulator.console.behaviour(undefined, { startMs: 500, testMs: 500, taskMs: 1_000 });
  let count = 0;

  const idle = () => world.until(() => ![...world.simulator.state.runs.values()].some((one) => !one.end), HOUR, 'idle');

  /** Plays one run to its end; `watch` sees its calls. */
  async function play(watch: (call: string, nth: number, phase: Phase, see: Network['watch']) => void) {
    await idle();
    const name = `run-${++count}`;
    const [requestsBefore, runsBefore] = [world.simulator.requests.length, world.simulator.state.runs.size];
    const seen = new Map<string, number>();
    const nths = new Map<Exchange, number>();
    /** Intents that were written, and for each start the last one before it. */
    const intents = new Set<string>();
    const carried: (string | undefined)[] = [];
    let isOn = true;
    const see = (exchange: Exchange, phase: Phase) => {
      const call = callOf(exchange, name, id);
      if (call === undefined) return;
      if (phase === 'arrived') {
        const at = intentOf(exchange, name);
        if (at !== undefined) intents.add(at);
        if (call === START) carried.push([...intents].at(-1));
      }
      if (phase === 'leaving') {
        seen.set(call, (seen.get(call) ?? 0) + 1);
        nths.set(exchange, seen.get(call)!);
      }
      if (isOn) watch(call, nths.get(exchange)!, phase, see);
    };
    await around?.(world, id);
    world.instance.network.watch = see;
    world.apply(run(spec, { name }));
    await world.until(() => isFinished(world, name), 6 * HOUR, `the end of ${name}`);
    await world.settle(1_000);
    isOn = false;
    await idle();
    // Whatever comes late has come by then.
    await world.settle(2 * MINUTE);
    world.instance.network.watch = undefined;
    world.simulator.faults.clear();
    const starts = world.simulator.requests
      .slice(requestsBefore)
      .filter(({ operation }) => operation === 'jobs.execute');
    const runs = [...world.simulator.state.runs.values()].slice(runsBefore);
    const result = {
      name,
      status: world.status('SyncRun', name),
      succeeded: world.condition('SyncRun', name, 'Succeeded')!,
      asked: starts.length,
      carriedOut: runs.filter(({ cause }) => cause === 'api').length,
      /** Runs of somebody else meanwhile. */
      theirs: runs.filter(({ cause }) => cause !== 'api').map((one) => one.id),
      runsInAll: [...world.simulator.state.runs.values()].filter(({ cause }) => cause === 'api').length,
      carried,
    };
    world.remove('SyncRun', name);
    return result;
  }

  if (warm) await play(() => {});
  return {
    /** Every call of an undisturbed run, with its phases. */
    async points(): Promise<Point[]> {
      const points: Point[] = [];
      await play((call, nth, phase) => points.push({ call, nth, phase }));
      return points;
    },
    /**
     * Plays one run, and kills the process at that point; undefined when the run never came to it. `paused`: the process stands
     * still instead, past its lease, another one takes over, and the first one goes on when all is over.
     */
    async kill(point: Point, paused = false) {
      let killed = false;
      let resume = () => {};
      let left = false;
      const result = await play((call, nth, phase, see) => {
        if (killed) return;
        // A call that is about to leave when the process ends never does.
        if (call === START && phase === 'arrived') left = true;
        if (call !== point.call || nth !== point.nth || phase !== point.phase) return;
        killed = true;
        if (paused) resume = pauseAndReplace(world);
        else world.crash();
        world.instance.network.watch = see;
        world.clock.after(1_000, () => void world.instance.app.start());
      });
      resume();
      if (paused) await world.settle(5 * MINUTE);
      const after = [...world.simulator.state.runs.values()].filter(({ cause }) => cause === 'api').length;
      return killed ? { ...result, sentBefore: left, late: after - result.runsInAll } : undefined;
    },
  };
}

function pauseAndReplace(world: World): () => void {
  const first = world.instance;
  // As main does.
  void first.app.deposed.then(() => first.kill());
  world.another();
  first.pause();
  return () => first.resume('replies');
}

export const START = 'POST jobs/execute';

function isFinished(world: World, name: string): boolean {
  return world.condition('SyncRun', name, 'Finished')?.startsWith('True') === true;
}

/** What a call is, without what differs from run to run; undefined for leases and for watches, which are always open. */
function callOf({ method, path, origin }: Exchange, name: string, jobId: string): string | undefined {
  if (/watch=true|\/leases/.test(path)) return undefined;
  const bare = path.replace(/\?.*$/, '').replace(/^.*\/(v2|v1alpha1|v1)\//, '');
  if (origin === SYNC_URL)
    return `${method} ${bare.replace(`/${jobId}`, '').replace(/[0-9a-f]{8}-[-0-9a-f]{27}/g, '…')}`;
  return `${method} ${bare.replace(name, '…').replace('namespaces/default/', '')}`;
}

function intentOf({ method, path, body }: Exchange, name: string): string | undefined {
  if (method !== 'PATCH' || !path.endsWith(`/syncruns/${name}/status`)) return undefined;
  return (JSON.parse(body ?? '{}') as Loose).status?.intent?.at;
}
