import { type App, createApp } from '../../src/app.ts';
import type { Config } from '../../src/config.ts';
import { createMeter, type ScrapedMeter } from '../../src/observability/meter.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Files } from '../../src/ports/files.ts';
import type { Logger } from '../../src/ports/logger.ts';
import type { Random } from '../../src/ports/random.ts';
import { createNetwork, type Network } from './network.ts';
import type { Handler } from './server.ts';

/** One process of the operator: an app with ports of its own, which a crash takes away. */
export interface Instance {
  app: App;
  /** Its network alone: faults and exchanges between it and the servers. */
  network: Network;
  meter: ScrapedMeter;
  /** Ends it as SIGKILL does: no timer fires any more, and no reply or error reaches it. */
  kill(): void;
  /** Stops it as SIGSTOP does: until `resume` no timer fires in it, and no reply reaches it. */
  pause(): void;
  /** What was due comes now: the timers, then the replies, or the other way round. */
  resume(first: 'timers' | 'replies'): void;
}

export interface InstanceOptions {
  config: Config;
  clock: Clock;
  random: Random;
  files: Files;
  servers: ReadonlyMap<string, Handler>;
  latencyMs: [number, number];
  logger: Logger;
  /** Keep the exchanges of its network. */
  record?: boolean;
}

/** Wires one app; it is not started. */
export function createInstance(options: InstanceOptions): Instance {
  const { config, clock, random, files, servers, latencyMs, logger, record = true } = options;
  const network = createNetwork({ clock, random, latencyMs, record });
  for (const [origin, handler] of servers) network.serve(origin, handler);
  const meter = createMeter();
  const life = { over: false, paused: false };
  const due = new Set<() => void>();
  const mortal: Clock = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    after(ms, fn) {
      const fire = () => {
        if (life.over) return;
        if (life.paused) due.add(fn);
        else fn();
      };
      const cancel = clock.after(ms, fire);
      return () => {
        cancel();
        due.delete(fn);
      };
    },
  };
  const app = createApp(config, { clock: mortal, random, transport: network, files, env: {}, logger, meter });
  return {
    app,
    network,
    meter,
    kill() {
      life.over = true;
      network.revoke();
    },
    pause() {
      life.paused = true;
      network.pause();
    },
    resume(first) {
      life.paused = false;
      const timers = [...due];
      due.clear();
      if (first === 'replies') network.resume();
      for (const fn of timers) mortal.after(0, fn);
      if (first === 'timers') clock.after(0, () => network.resume());
    },
  };
}
