import type { Clock } from '../../src/ports/clock.ts';
import type { Kind } from './fields.ts';
import { type Item, itemsOf, type State } from './state.ts';

/** What reads may see: the state as it was `lagMs` ago. */
export interface Versions {
  /** To be called after every change of an object, and with `undefined` after its removal. */
  record(kind: Kind, id: string, item: Item | undefined): void;
  get(kind: Kind, id: string): Item | undefined;
  all(kind: Kind): Item[];
  /** Makes everything so far visible at once: what was there before the first request. */
  catchUp(): void;
}

interface Version {
  at: number;
  item: Item | undefined;
}

/** Without lag the state itself is read; with lag, copies of the last versions are kept. */
export function createVersions(state: State, clock: Clock, lagMs: number): Versions {
  if (lagMs === 0) {
    return {
      record() {},
      get: (kind, id) => itemsOf(state, kind).get(id),
      all: (kind) => [...itemsOf(state, kind).values()],
      catchUp() {},
    };
  }
  const kept = new Map<Kind, Map<string, Version[]>>();
  const ofKind = (kind: Kind) => {
    const map = kept.get(kind) ?? new Map<string, Version[]>();
    kept.set(kind, map);
    return map;
  };
  const visible = (versions: readonly Version[] | undefined) =>
    versions?.findLast((version) => version.at <= clock.now() - lagMs)?.item;
  return {
    record(kind, id, item) {
      const versions = ofKind(kind).get(id) ?? [];
      const from = versions.findLastIndex((version) => version.at <= clock.now() - lagMs);
      const next = versions.slice(Math.max(0, from));
      next.push({ at: clock.now(), item: item && structuredClone(item) });
      ofKind(kind).set(id, next);
    },
    get: (kind, id) => visible(ofKind(kind).get(id)),
    all: (kind) => [...ofKind(kind).values()].map(visible).filter((item) => item !== undefined),
    catchUp() {
      const versions = [...kept.values()].flatMap((map) => [...map.values()]).flat();
      for (const version of versions) version.at = Math.min(version.at, clock.now() - lagMs);
    },
  };
}
