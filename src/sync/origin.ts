import type { Clock } from '../ports/clock.ts';
import type { Counter, Gauge, Histogram, Meter } from '../ports/meter.ts';
import type { Random } from '../ports/random.ts';
import type { Connection, TlsOptions, Transport } from '../ports/transport.ts';
import { type Breaker, createBreaker } from './breaker.ts';
import { createLimiter, type Limiter, type Limits, SLOW_CALLS } from './limits.ts';

/** What all clients of one origin share: rate, concurrency, breaker, and the pool where TLS and proxy are the same. */
export interface Origin {
  /** `scheme://host:port` */
  url: string;
  connection: Connection;
  limiter: Limiter;
  breaker: Breaker;
  /** Gives the share back; the last one closes the pool. */
  leave(): void;
}

export interface OriginOptions {
  origin: string;
  limits: Limits;
  connectTimeoutMs: number;
  tls?: TlsOptions;
  proxyUrl?: string;
}

export interface Origins {
  /** A client's share of an origin. */
  join(options: OriginOptions): Origin;
  readonly metrics: CallMetrics;
}

export interface CallMetrics {
  requests: Counter;
  duration: Histogram;
}

export interface OriginDeps {
  clock: Clock;
  random: Random;
  transport: Transport;
  meter: Meter;
}

interface Shared {
  limiter: Limiter;
  breaker: Breaker;
  members: Map<object, Limits>;
  pools: Map<string, { connection: Connection; members: number }>;
}

/** The origins of one process. Made once, at wiring time: it registers the metrics. */
export function createOrigins({ clock, random, transport, meter }: OriginDeps): Origins {
  const shared = new Map<string, Shared>();
  const circuit: Gauge = meter.gauge('cdata_sync_circuit_open', '1 while calls to a Sync server are held back.', [
    'origin',
  ]);
  const throttled = meter.counter('cdata_sync_api_throttle_seconds_total', 'Seconds that calls waited for their turn.');
  const metrics: CallMetrics = {
    requests: meter.counter('cdata_sync_api_requests_total', 'Calls to Sync by operation and status code or failure.', [
      'operation',
      'code',
    ]),
    duration: meter.histogram('cdata_sync_api_request_duration_seconds', 'Time to the end of a reply.', ['operation']),
  };

  const open = (origin: string, limits: Limits): Shared => {
    const limiter = createLimiter(clock, limits, (seconds) => throttled.inc({}, seconds));
    circuit.set({ origin }, 0);
    const onChange = (isOpen: boolean) => {
      circuit.set({ origin }, isOpen ? 1 : 0);
      if (!isOpen) limiter.drain();
    };
    return { limiter, breaker: createBreaker({ clock, random, onChange }), members: new Map(), pools: new Map() };
  };
  const connect = (one: Shared, { origin, limits, tls, proxyUrl, connectTimeoutMs }: OriginOptions) => {
    // A client certificate is an identity: pools are shared only where it is the same.
    const key = JSON.stringify([tls ?? null, proxyUrl ?? null]);
    let pool = one.pools.get(key);
    if (!pool) {
      const connections = limits.concurrency + SLOW_CALLS;
      pool = { connection: transport.connect({ origin, tls, proxyUrl, connections, connectTimeoutMs }), members: 0 };
      one.pools.set(key, pool);
    }
    pool.members++;
    return { key, pool };
  };

  return {
    metrics,
    join(options) {
      const one = shared.get(options.origin) ?? open(options.origin, options.limits);
      shared.set(options.origin, one);
      const member = {};
      one.members.set(member, options.limits);
      one.limiter.configure(strictest(one.members.values()));
      const { key, pool } = connect(one, options);
      let left = false;
      return {
        url: options.origin,
        connection: pool.connection,
        limiter: one.limiter,
        breaker: one.breaker,
        leave() {
          if (left) return;
          left = true;
          one.members.delete(member);
          if (--pool.members === 0) {
            one.pools.delete(key);
            void pool.connection.close();
          }
          if (one.members.size > 0) return one.limiter.configure(strictest(one.members.values()));
          shared.delete(options.origin);
          circuit.remove({ origin: options.origin });
        },
      };
    },
  };
}

// Two SyncServers may name the same origin; the more careful one is obeyed.
function strictest(all: Iterable<Limits>): Limits {
  const each = [...all];
  const least = (key: keyof Limits) => Math.min(...each.map((limits) => limits[key]));
  return {
    requestsPerSecond: least('requestsPerSecond'),
    burst: Math.max(1, least('burst')),
    concurrency: Math.max(1, least('concurrency')),
  };
}
