import type { Clock } from '../../src/ports/clock.ts';
import type { Random } from '../../src/ports/random.ts';
import type { Catalogue } from './catalogue.ts';
import type { Dialect } from './dialect.ts';
import type { Runs } from './runs.ts';
import type { Schedules } from './schedules.ts';
import type { Item, State } from './state.ts';
import type { Versions } from './versions.ts';

/** What every operation works on. */
export interface World {
  clock: Clock;
  random: Random;
  dialect: Dialect;
  /** IANA name; crons and dates without `Z` are in it. */
  zone: string;
  pageSize: number;
  state: State;
  versions: Versions;
  runs: Runs;
  schedules: Schedules;
  catalogue: Catalogue;
  /** When set, error texts of connection tests repeat the secrets of the connection. */
  echoSecrets: boolean;
}

/** Makes a change of `item` visible: times, versions, schedule. */
export function changed(world: World, item: Item): void {
  item.updatedAt = world.clock.now();
  world.versions.record(item.kind, item.id, item);
  world.schedules.arm(item);
}
