/** How long complete lists have lacked an id. */
export interface Missing {
  /** Complete lists in a row that lack it. */
  lists: number;
  /** Start of the first of them, milliseconds since the epoch. */
  firstMissedAt: number;
  /** Two complete lists further apart than the server's lag lack it: it has vanished (design §5). */
  sure: boolean;
}

/** One complete list: when it began, on both clocks. */
export interface ListStart {
  startedAt: number;
  wallStartedAt: number;
}

export interface Absences {
  /** Counts from this list on; undefined: from the next. */
  begin(id: string, list: ListStart | undefined): void;
  has(id: string): boolean;
  end(id: string): void;
  /** A complete list: counts for the ids that it lacks. */
  listed(list: ListStart, lacks: (id: string) => boolean): void;
  get(id: string): Missing | undefined;
}

interface Absence {
  lists: number;
  first: ListStart | undefined;
  lastAt: number;
  askedAt: number;
}

const FORGET_MS = 86_400_000;

/** Counts for every absent id the lists that lack it. What nobody asks about for a day is forgotten. */
export function createAbsences(lagGraceMs: number, monotonic: () => number): Absences {
  const absences = new Map<string, Absence>();
  return {
    begin(id, list) {
      const startedAt = list?.startedAt ?? 0;
      absences.set(id, { lists: list ? 1 : 0, first: list, lastAt: startedAt, askedAt: monotonic() });
    },
    has: (id) => absences.has(id),
    end: (id) => void absences.delete(id),
    listed(list, lacks) {
      for (const [id, absence] of absences) {
        if (monotonic() - absence.askedAt > FORGET_MS) absences.delete(id);
        else if (absence.first !== list && lacks(id)) {
          absence.first ??= list;
          absence.lists++;
          absence.lastAt = list.startedAt;
        }
      }
    },
    get(id) {
      const absence = absences.get(id);
      if (!absence?.first) return undefined;
      absence.askedAt = monotonic();
      const sure = absence.lastAt - absence.first.startedAt > lagGraceMs;
      return { lists: absence.lists, firstMissedAt: absence.first.wallStartedAt, sure };
    },
  };
}
