import { type App, createApp } from '../../src/app.ts';
import type { Config } from '../../src/config.ts';
import { createMeter, type ScrapedMeter } from '../../src/observability/meter.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Files } from '../../src/ports/files.ts';
import type { Random } from '../../src/ports/random.ts';
import { createNetwork, type Network } from './network.ts';
import { createRecordingLogger, type LogLine } from './recordingLogger.ts';
import type { Handler } from './server.ts';

/** One process of the operator: an app with ports of its own, which a crash takes away. */
export interface Instance {
  app: App;
  /** Its network alone: faults and exchanges between it and the servers. */
  network: Network;
  meter: ScrapedMeter;
  /** Ends it as SIGKILL does: no timer fires any more, and no reply or error reaches it. */
  kill(): void;
  /** Stands still, as in SIGSTOP, until the returned function is called: then all that came meanwhile comes at once. */
  pause(): () => void;
}

export interface InstanceOptions {
  config: Config;
  clock: Clock;
  random: Random;
  files: Files;
  servers: ReadonlyMap<string, Handler>;
  latencyMs: [number, number];
  logs: LogLine[];
}

/** Wires one app; it is not started. */
export function createInstance({ config, clock, random, files, servers, latencyMs, logs }: InstanceOptions): Instance {
  const network = createNetwork({ clock, random, latencyMs });
  for (const [origin, handler] of servers) network.serve(origin, handler);
  const meter = createMeter();
  const life = { over: false, paused: false };
  const missed: (() => void)[] = [];
  const run = (fn: () => void) => {
    if (life.over) return;
    if (life.paused) missed.push(fn);
    else fn();
  };
  const mortal: Clock = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    after: (ms, fn) => clock.after(ms, () => run(fn)),
  };
  const logger = createRecordingLogger(clock, logs);
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
      const release = network.hold();
      return () => {
        life.paused = false;
        release();
        for (const fn of missed.splice(0)) run(fn);
      };
    },
  };
}
