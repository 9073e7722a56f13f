/** A list that lacks too much to be believed. */
export interface Suspicious {
  missing: number;
  /** How many ids were known, those still missing included. */
  known: number;
  ids: ReadonlySet<string>;
}

/** The ids of what lists have shown. */
export interface KnownIds {
  ids(): Iterable<string>;
  get(id: string): unknown;
}

export interface Suspicion {
  readonly now: Suspicious | undefined;
  /** Judges a complete list. `entries`: ids known from lists; `has`: the list has it, or need not show it yet. */
  judge(entries: KnownIds, has: (id: string) => boolean): void;
  /** This id is known to be gone: it counts no more until it is seen again. */
  confirmGone(id: string): void;
  /** All that is missing now is known to be gone. */
  acceptLoss(): void;
  /** The id was seen or written. */
  seen(id: string): void;
}

/**
 * Decides whether a list is a loss or a fault (design §5): it lacks all of two or more known ids, or more than max(2, 20 %) of them.
 * Known are the ids of the last list and those that `known` names (our statuses).
 */
export function createSuspicion(known: () => Iterable<string>): Suspicion {
  const gone = new Set<string>();
  let now: Suspicious | undefined;

  const pruneGone = (ids: ReadonlySet<string>) => {
    for (const id of gone) if (!ids.has(id)) gone.delete(id);
  };

  return {
    get now() {
      return now;
    },
    judge(entries, has) {
      const named = new Set(known());
      pruneGone(named);
      let total = 0;
      const missing = new Set<string>();
      const count = (id: string) => {
        const there = has(id);
        if (!there && gone.has(id)) return;
        total++;
        if (!there) missing.add(id);
      };
      for (const id of entries.ids()) count(id);
      for (const id of named) if (!entries.get(id)) count(id);
      const all = total >= 2 && missing.size === total;
      now = all || missing.size > Math.max(2, total * 0.2) ? view(missing, total) : undefined;
    },
    confirmGone(id) {
      gone.add(id);
      if (!now?.ids.has(id)) return;
      const rest = new Set(now.ids);
      rest.delete(id);
      now = rest.size === 0 ? undefined : view(rest, now.known - 1);
    },
    acceptLoss() {
      for (const id of now?.ids ?? []) gone.add(id);
      now = undefined;
    },
    seen: (id) => void gone.delete(id),
  };
}

function view(ids: ReadonlySet<string>, known: number): Suspicious {
  return { missing: ids.size, known, ids };
}
