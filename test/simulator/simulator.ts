import type { Clock } from '../../src/ports/clock.ts';
import type { Random } from '../../src/ports/random.ts';
import type { Handler } from '../support/server.ts';
import { createCatalogue } from './catalogue.ts';
import { type Console, createConsole } from './console.ts';
import { type Dialect, referenceDialect } from './dialect.ts';
import { dump } from './dump.ts';
import { createFaults, type Faults } from './faults.ts';
import { createHandler, type Observe } from './handler.ts';
import { createItem } from './objects.ts';
import type { RequestEntry } from './requests.ts';
import { createRuns } from './runs.ts';
import { createSchedules } from './schedules.ts';
import { emptyState, type State } from './state.ts';
import { createVersions } from './versions.ts';
import type { World } from './world.ts';

export interface SimulatorOptions {
  clock: Clock;
  /** Ids, tokens and record counts come from it. */
  random: Random;
  dialect?: Dialect;
  /** The token of the first user, `admin`. */
  token?: string;
  /** IANA name of the server's time zone. */
  zone?: string;
  /** Entries of a page, in dialects that page. */
  pageSize?: number;
  /** Called right before an operation that changes state is carried out; what it returns, right after, unless it was refused. */
  observe?: Observe;
}

/** A Sync server as we read its documentation. It is not CData Sync; nothing that it does proves how the real one behaves. */
export interface Simulator {
  handler: Handler;
  token: string;
  dialect: Dialect;
  /** Live; read it, and change it by the console or the API only. */
  state: State;
  console: Console;
  faults: Faults;
  /** Every request so far; may be emptied. */
  requests: RequestEntry[];
  /** The requests that reached an operation that changes state. */
  writes(): RequestEntry[];
  /** The configuration as canonical JSON without ids and times. */
  dump(): string;
  /** Lets API reads see everything so far, in dialects where they lag; for what a test sets up by the console. */
  catchUp(): void;
  /** Error texts of connection tests repeat the connection's secrets from now on. */
  echoSecrets(on: boolean): void;
}

export const DEFAULT_TOKEN = '3a4b5c6d7e8f9g0h1i2j';

/** Starts with the default workspace and one user, `admin`. Nothing happens but by requests and on the clock. */
export function createSimulator(options: SimulatorOptions): Simulator {
  const { clock, random, dialect = referenceDialect, token = DEFAULT_TOKEN, zone = 'UTC', pageSize = 50 } = options;
  const state = emptyState();
  const versions = createVersions(state, clock, Number(dialect.lag));
  const catalogue = createCatalogue();
  const runs = createRuns({ clock, random, dialect, state, catalogue });
  const schedules = createSchedules(clock, zone, (item) => void runs.slot(item));
  const world: World = {
    clock,
    random,
    dialect,
    zone,
    pageSize,
    state,
    versions,
    runs,
    schedules,
    catalogue,
    echoSecrets: false,
  };
  state.tokens.add(token);
  state.defaultWorkspaceId = createItem(world, 'workspace', undefined, { name: 'Default' }).id;
  createItem(world, 'user', undefined, { user: 'admin', roles: ['cdata_admin'] });

  versions.catchUp();

  const faults = createFaults();
  const requests: RequestEntry[] = [];
  return {
    handler: createHandler(world, faults, requests, options.observe),
    token,
    dialect,
    state,
    console: createConsole(world),
    faults,
    requests,
    writes: () => requests.filter((request) => request.write),
    dump: () => dump(state),
    catchUp: () => versions.catchUp(),
    echoSecrets(on) {
      world.echoSecrets = on;
    },
  };
}
