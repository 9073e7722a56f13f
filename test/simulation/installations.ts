import type { Clock } from '../../src/ports/clock.ts';
import type { Random } from '../../src/ports/random.ts';
import type { Dialect } from '../simulator/dialect.ts';
import { API_PATH } from '../simulator/routes.ts';
import { createSimulator, type Simulator } from '../simulator/simulator.ts';
import { SYNC_URL } from '../support/manifests.ts';
import { observeWrites, type SyncWrite } from './syncWrites.ts';

/** What may stand behind the one address: the installation that everything begins with, and another that may answer in its place. */
export interface Installations {
  /** Whichever answers now: who keeps it sees the other one after a swap. */
  readonly simulator: Simulator;
  /** Which one answers now, as `accept-server` has to name it. */
  readonly identity: string;
  /** When it began to answer, ms of the clock. */
  readonly since: number;
  /** From now on the other one answers; it is made, empty, when that is asked for first. */
  swap(): void;
  /** No fault is left in any of them. */
  clearFaults(): void;
}

export interface InstallationsOptions {
  clock: Clock;
  /** Both speak it: another version in place of the first is not simulated. */
  dialect: Dialect | undefined;
  /** Of the first and of the other. */
  randoms: readonly [Random, Random];
  /** Told of every operation that changed one of them. */
  tell(write: SyncWrite): void;
}

export function createInstallations({ clock, dialect, randoms, tell }: InstallationsOptions): Installations {
  const make = (random: Random): Simulator => {
    const made: Simulator = createSimulator({
      clock,
      random,
      ...(dialect && { dialect }),
      observe: observeWrites(
        () => made.state,
        () => clock.now(),
        tell,
      ),
    });
    return made;
  };
  const all = [make(randoms[0])];
  let answering = all[0]!;
  let since = clock.now();
  // Tests hold on to it, so that it stands for the one that answers.
  const simulator = new Proxy({} as Simulator, { get: (_, property) => Reflect.get(answering, property) });
  return {
    simulator,
    get identity() {
      return `${SYNC_URL}${API_PATH}#${answering.state.defaultWorkspaceId}`;
    },
    get since() {
      return since;
    },
    swap() {
      if (all.length === 1) {
        all.push(make(randoms[1]));
        // The token is good at both: that it may not be is a fault of its own.
        all[1]!.state.tokens = all[0]!.state.tokens;
      }
      answering = answering === all[0] ? all[1]! : all[0]!;
      since = clock.now();
    },
    clearFaults() {
      for (const { faults } of all) faults.clear();
    },
  };
}
