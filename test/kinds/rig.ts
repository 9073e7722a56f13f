import type { RemoteName, ServerSettings, SessionsDeps } from '../../src/kinds/session/context.ts';
import { createSessions } from '../../src/kinds/session/createSessions.ts';
import { silentMeter } from '../../src/ports/meter.ts';
import { createOrigins } from '../../src/sync/origin.ts';
import type { SimulatorOptions } from '../simulator/simulator.ts';
import { createSimulator } from '../simulator/simulator.ts';
import { createNetwork } from '../support/network.ts';
import { createSeededRandom } from '../support/seededRandom.ts';
import { createVirtualClock } from '../support/virtualClock.ts';

export const ORIGIN = 'http://sync.example:8181';
export const KEY = 'team/prod';
export const POLL_MS = 60_000;

/** Live servers over a simulator, on virtual time. What they wake is noted. */
export function createKindRig(options: Partial<SimulatorOptions> = {}) {
  const clock = createVirtualClock();
  const random = createSeededRandom(7);
  const network = createNetwork({ clock, random });
  const simulator = createSimulator({ clock, random, ...options });
  network.serve(ORIGIN, simulator.handler);
  const woken: string[] = [];
  const known = new Map<string, string[]>();
  const owned = new Set<string>();
  const deps: SessionsDeps = {
    clock,
    random,
    origins: createOrigins({ clock, random, transport: network, meter: silentMeter() }),
    wake: (kind, _workspaceId, objects, reason) =>
      void woken.push(`${kind} ${objects.map(nameOf).join(' ')} by ${reason}`),
    deepDue(kind, id) {
      woken.push(`${kind} ${id} by turn`);
      return owned.has(id);
    },
    whenKnown: async () => {},
    known: (kind) => known.get(kind) ?? [],
    serverChanged: (key) => void woken.push(`server ${key}`),
  };
  const sessions = createSessions(deps);
  /** The outcome of some work, with virtual time moving until it is there. */
  const run = async <T>(work: Promise<T>, limitMs = 600_000): Promise<T> => {
    let isOver = false;
    const done = work.finally(() => {
      isOver = true;
    });
    done.catch(() => {});
    await clock.until(() => isOver, limitMs, 'the work');
    return done;
  };
  return {
    clock,
    network,
    simulator,
    deps,
    sessions,
    run,
    /** Remote ids that resources have, by kind. */
    known,
    /** Remote ids that resources still have, for turns. */
    owned,
    settings: (more: Partial<ServerSettings> = {}, client: Partial<ServerSettings['client']> = {}) =>
      settingsFor(simulator.token, more, client),
    /** What was woken since the last question. */
    said: () => woken.splice(0),
    requests: (operation: string | RegExp) =>
      simulator.requests.filter((request) => isOf(request.operation, operation)),
    /** An open, probed and accepted session. */
    async connect(more: Partial<ServerSettings> = {}) {
      const session = sessions.open(KEY, settingsFor(simulator.token, more, {}));
      await run(session.probed);
      session.accept(session.identity!);
      await clock.advance(100);
      woken.length = 0;
      return session;
    },
  };
}

export type KindRig = ReturnType<typeof createKindRig>;

function settingsFor(
  token: string,
  more: Partial<ServerSettings>,
  client: Partial<ServerSettings['client']>,
): ServerSettings {
  return {
    client: {
      url: ORIGIN,
      apiPath: '/api.rsc/v2',
      auth: { method: 'Header', token },
      limits: { requestsPerSecond: 1_000, burst: 1_000, concurrency: 8 },
      ...client,
    },
    pollIntervalMs: POLL_MS,
    lagGraceMs: 60_000,
    resyncIntervalMs: 3_600_000,
    deepReadsPerMinute: 30,
    runReadsPerMinute: 60,
    ...more,
  };
}

const nameOf = ({ id, name }: RemoteName) => (name === undefined ? id : `${id}=${name}`);

const isOf = (operation: string | undefined, wanted: string | RegExp) =>
  typeof wanted === 'string' ? operation === wanted : wanted.test(operation ?? '');
