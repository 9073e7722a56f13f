import { type Clock, sleep } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Meter } from '../ports/meter.ts';
import type { Random } from '../ports/random.ts';
import type { KubeClient } from './client.ts';
import { isAlreadyExists, isConflict, isNotFound } from './errors.ts';
import { type KubeObject, LEASES } from './objects.ts';

/** Leader election on a Lease (coordination.k8s.io/v1), compatible with client-go's. */
export interface Elector {
  /** Takes part from now on. `onStarted` once the lease is ours, `onStopped` once when it is lost or released; after that it takes part no more. */
  start(handlers: { onStarted: () => void; onStopped: () => void }): void;
  /** True only while the lease is certainly ours, also in a process that was paused and does not know it yet. */
  isLeader(): boolean;
  /** Milliseconds for which nobody else can take the lease; 0 when not leader. Counted from the start of the last renewal that worked. */
  remainingMs(): number;
  /** Gives the lease up so that another can take it at once. Call it only when all work has ended. Never rejects. */
  release(): Promise<void>;
}

export interface ElectorOptions {
  client: KubeClient;
  clock: Clock;
  random: Random;
  /** Unique for each start of each process; otherwise a restarted one would take over its predecessor's lease unasked. */
  identity: string;
  namespace: string;
  name: string;
  /** Others wait this long after the last renewal they saw. */
  leaseMs?: number;
  /** Leadership is given up when no renewal worked for this long. */
  renewMs?: number;
  retryMs?: number;
  meter: Meter;
  logger: Logger;
}

interface Lease extends KubeObject {
  spec?: LeaseSpec;
}

interface LeaseSpec {
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  acquireTime?: string;
  renewTime?: string;
  leaseTransitions?: number;
}

export function createElector(options: ElectorOptions): Elector {
  const { client, clock, random, identity, namespace, name, meter } = options;
  const { leaseMs = 15_000, renewMs = 10_000, retryMs = 2_000 } = options;
  const logger = options.logger.child({ lease: `${namespace}/${name}`, identity });
  const status = meter.gauge('leader_election_master_status', '1 while this process holds the lease', ['name']);
  status.set({ name }, 0);

  const stopping = new AbortController();
  const { signal } = stopping;
  let state: 'idle' | 'waiting' | 'leading' | 'ended' = 'idle';
  let handlers = { onStarted: () => {}, onStopped: () => {} };
  /** The Lease as last seen, and when (monotonic) its record was first seen so. Wall clocks of others are never compared. */
  let lease: Lease | undefined;
  let seenAt = 0;
  let renewedAt = 0;
  let cancelLoss = () => {};
  let lastError = '';
  let running: Promise<void> = Promise.resolve();

  const remainingMs = () => (state === 'leading' ? Math.max(0, renewedAt + leaseMs - clock.monotonic()) : 0);
  // A hanging request must leave time for two others before the lease is lost.
  const deadlineMs = Math.floor(renewMs * 0.4);

  function observe(now: Lease | undefined): void {
    const same = now?.spec?.renewTime === lease?.spec?.renewTime && holderOf(now) === holderOf(lease);
    if (!same || lease === undefined) seenAt = clock.monotonic();
    lease = now;
  }

  function mayTake(): boolean {
    const holder = holderOf(lease);
    if (holder === '' || holder === identity) return true;
    const theirs = Math.max(leaseMs, (lease?.spec?.leaseDurationSeconds ?? 0) * 1000);
    return clock.monotonic() - seenAt > theirs;
  }

  function spec(holder: string): LeaseSpec {
    const now = microTime(clock.now());
    const before = lease?.spec;
    const kept = holderOf(lease) === holder && before?.acquireTime !== undefined;
    return {
      holderIdentity: holder,
      leaseDurationSeconds: holder === '' ? 1 : Math.ceil(leaseMs / 1000),
      acquireTime: kept ? before.acquireTime! : now,
      renewTime: now,
      leaseTransitions: (before?.leaseTransitions ?? 0) + (holder !== '' && !kept && before ? 1 : 0),
    };
  }

  async function write(holder: string): Promise<void> {
    const metadata = lease?.metadata ?? { name, namespace };
    const object: Lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec: spec(holder) };
    // Never cut off by release: what became of it has to be known before the lease is given up.
    const limits = { deadlineMs };
    observe(lease ? await client.replace(LEASES, object, limits) : await client.create(LEASES, object, limits));
  }

  async function read(): Promise<void> {
    try {
      observe(await client.get<Lease>(LEASES, { namespace, name }, { deadlineMs }));
    } catch (error) {
      if (!isNotFound(error)) throw error;
      observe(undefined);
    }
  }

  /** Tries to take or renew; true when the lease is ours now. */
  async function attempt(): Promise<boolean> {
    // A leader renews what it wrote last without reading. A conflict may be its own earlier write, whose reply was lost: look at once.
    if (state === 'leading' && lease !== undefined && (await take())) return true;
    await read();
    // Somebody gave the lease away by hand.
    if (state === 'leading' && !['', identity].includes(holderOf(lease))) end(`${holderOf(lease)} holds the lease`);
    if (signal.aborted || !mayTake()) return false;
    return take();
  }

  async function take(): Promise<boolean> {
    const began = clock.monotonic();
    try {
      await write(identity);
    } catch (error) {
      if (isConflict(error) || isAlreadyExists(error) || isNotFound(error)) return false;
      throw error;
    }
    renewedAt = began;
    return true;
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      let ours = false;
      try {
        ours = await attempt();
        if (lastError !== '') logger.info({}, 'The lease can be reached again');
        lastError = '';
      } catch (error) {
        const text = String(error);
        if (text !== lastError) logger.warn({ err: error }, 'The lease cannot be taken or renewed');
        lastError = text;
      }
      if (signal.aborted) return;
      if (ours) onRenewed();
      const jitter = state === 'leading' ? 1 : 1 + random.next() * 1.2;
      await sleep(clock, retryMs * jitter, signal);
    }
  }

  function onRenewed(): void {
    // The reply came too late: another may have the lease by now. Once a leader is not certain, it stays out.
    const left = renewedAt + renewMs - clock.monotonic();
    if (left <= 0) {
      if (state === 'leading') end('no renewal in time');
      return;
    }
    cancelLoss();
    cancelLoss = clock.after(left, () => end('no renewal in time'));
    if (state !== 'waiting') return;
    state = 'leading';
    status.set({ name }, 1);
    logger.info({}, 'This process leads');
    handlers.onStarted();
  }

  function end(why: string): void {
    const led = state === 'leading';
    state = 'ended';
    stopping.abort();
    cancelLoss();
    status.set({ name }, 0);
    if (!led) return;
    logger.warn({ why }, 'This process leads no more');
    handlers.onStopped();
  }

  return {
    start(given) {
      if (state !== 'idle') return;
      handlers = given;
      state = 'waiting';
      running = run();
    },
    isLeader: () => remainingMs() > 0,
    remainingMs,
    async release() {
      if (state === 'ended' || state === 'idle') {
        state = 'ended';
        return;
      }
      const led = remainingMs() > 0;
      end('released');
      await running;
      if (!led) return;
      try {
        await read();
        if (holderOf(lease) === identity) await write('');
      } catch (error) {
        logger.warn({ err: error }, 'The lease could not be released; others take it when it has run out');
      }
    },
  };
}

const holderOf = (lease: Lease | undefined) => lease?.spec?.holderIdentity ?? '';

/** Kubernetes' MicroTime. */
const microTime = (ms: number) => new Date(ms).toISOString().replace('Z', '000Z');
