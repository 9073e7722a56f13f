import type { Instance } from '../support/instance.ts';
import type { VirtualClock } from '../support/virtualClock.ts';
import type { Timeline } from './timeline.ts';

/** One of the two controllers: a process that is started again whenever it ends, as a Deployment does it. */
export interface Replica {
  readonly name: string;
  /** `A1`, `A2` …: the process that runs now, or ran last. */
  readonly life: string;
  readonly state: 'running' | 'paused' | 'down';
  readonly instance: Instance | undefined;
  /** Starts it unless it runs. */
  start(): void;
  /** As SIGKILL; it is started again after a while. */
  crash(why: string, downMs: number): void;
  /** As when a Deployment is scaled down: it is killed and stays away. */
  retire(): void;
  /** As SIGTERM: it drains, and is started again. */
  terminate(downMs: number): void;
  /** As SIGSTOP for so long. */
  pause(ms: number, first: 'timers' | 'replies'): void;
}

export interface ReplicaOptions {
  name: string;
  clock: VirtualClock;
  timeline: Timeline;
  /** Wires a new process. */
  make(life: string): Instance;
}

/** How long a process that ended by itself is down; milliseconds. */
const BACK_MS = 3_000;

export function createReplica({ name, clock, timeline, make }: ReplicaOptions): Replica {
  let lives = 0;
  let state: Replica['state'] = 'down';
  let instance: Instance | undefined;

  const down = (of: Instance, downMs: number) => {
    if (of !== instance || state === 'down') return;
    state = 'down';
    of.kill();
    if (Number.isFinite(downMs)) clock.after(downMs, () => replica.start());
  };
  const ended = (of: Instance, how: string) => {
    if (of !== instance || state === 'down') return;
    timeline.note(replica.life, how);
    down(of, BACK_MS);
  };

  const replica: Replica = {
    name,
    get life() {
      return `${name}${lives}`;
    },
    get state() {
      return state;
    },
    get instance() {
      return instance;
    },
    start() {
      if (state !== 'down') return;
      lives++;
      state = 'running';
      const mine = make(replica.life);
      instance = mine;
      timeline.note(replica.life, 'starts');
      mine.app.start().catch((error: unknown) => ended(mine, `ends: ${String(error)}`));
      void mine.app.deposed.then(() => ended(mine, 'ends: deposed'));
    },
    crash(why, downMs) {
      if (state === 'down') return;
      timeline.note(replica.life, `is killed ${why}`);
      down(instance!, downMs);
    },
    retire() {
      timeline.note(replica.life, 'is not needed any more');
      down(instance!, Number.POSITIVE_INFINITY);
    },
    terminate(downMs) {
      if (state !== 'running') return;
      const mine = instance!;
      timeline.note(replica.life, 'gets SIGTERM');
      mine.app.stop().then(
        () => {
          timeline.note(replica.life, 'has ended');
          down(mine, downMs);
        },
        (error: unknown) => ended(mine, `fails to stop: ${String(error)}`),
      );
    },
    pause(ms, first) {
      if (state !== 'running') return;
      const mine = instance!;
      state = 'paused';
      mine.pause();
      timeline.note(replica.life, `is paused for ${ms / 1000} s`);
      clock.after(ms, () => {
        if (mine !== instance || state !== 'paused') return;
        state = 'running';
        timeline.note(replica.life, `goes on, ${first} first`);
        mine.resume(first);
      });
    },
  };
  return replica;
}
