import { type Absences, createAbsences, type ListStart } from './absences.ts';
import { CHILDREN, digestOf } from './digest.ts';
import { createEntries, type Entries, type Entry } from './entries.ts';
import type { Entity } from './models/entity.ts';
import { createOwnWrites, type ListCall, type Sight } from './ownWrites.ts';
import { createSuspicion, type Suspicion } from './suspicion.ts';

/** Something about an object that somebody may wait for. */
export interface Change {
  id: string;
  what: 'appeared' | 'changed' | 'vanished';
  /** The name it bears, or bore last. */
  name: string | undefined;
  /** The name it bore before, when it was renamed. */
  oldName?: string;
  /** Its update time moved: something may have changed that lists leave out. */
  touched?: true;
  /** write: our own write through `wrote` or `removed` made it known; its maker need not be told. */
  cause: 'list' | 'write';
}

/** What is kept of a listed object until its list is complete. */
export interface Listed
  extends Omit<Entry, 'name' | 'updatedAt' | 'status'>,
    Pick<Entity, 'name' | 'updatedAt' | 'status'> {
  /** What it says of our own write. */
  sight: Sight | undefined;
}

/** One complete list. */
export interface CompleteList extends ListCall, ListStart {
  objects: readonly Listed[];
  ids: ReadonlySet<string>;
  /** Field paths that its objects carry. */
  paths: ReadonlySet<string>;
}

/** The picture of one collection: what lists and our own writes say together. No I/O, no time of its own. */
export interface Picture {
  entries: Entries;
  absences: Absences;
  suspicion: Suspicion;
  /** The last complete list, without its objects. */
  readonly last: ListStart | undefined;
  /** Takes from an object of a list that goes on what `apply` needs. */
  sighted(entity: Entity): Listed;
  /** We wrote or removed it so lately that each list has to be compared with that. */
  isWritten(id: string): boolean;
  apply(list: CompleteList): Change[];
  wrote(entity: Entity, order: number, at: number): Change[];
  removed(id: string, order: number, at: number): Change[];
  /** Lets go of an entry that was kept although lists lack it. */
  drop(id: string): Change[];
}

export interface PictureOptions {
  lagGraceMs: number;
  monotonic: () => number;
  known: () => Iterable<string>;
  /** Whether to keep the whole object. */
  keeps: (id: string) => boolean;
}

export function createPicture({ lagGraceMs, monotonic, known, keeps }: PictureOptions): Picture {
  const entries = createEntries();
  const absences = createAbsences(lagGraceMs, monotonic);
  const suspicion = createSuspicion(known);
  const writes = createOwnWrites(lagGraceMs);
  const statusWords = new Map<string, string>();
  let paths: ReadonlySet<string> = new Set();
  let last: ListStart | undefined;

  /** Status words are few: one copy serves all entries. */
  const shared = (word: string | undefined) => {
    if (word === undefined || statusWords.has(word) || statusWords.size > 100)
      return word && (statusWords.get(word) ?? word);
    statusWords.set(word, word);
    return word;
  };

  function put(seen: Listed, cause: Change['cause'], quiet: boolean): Change[] {
    const { id, name, updatedAt, status, digest, entity } = seen;
    const old = entries.get(id);
    const entry = { id, name, digest, updatedAt: updatedAt ?? old?.updatedAt, status: shared(status ?? old?.status) };
    entries.set(entity ? { ...entry, entity } : entry);
    absences.end(id);
    suspicion.seen(id);
    if (!old) return [{ id, what: 'appeared', name, cause }];
    const renamed = old.name !== name;
    const moved = old.updatedAt !== undefined && updatedAt !== undefined && old.updatedAt !== updatedAt;
    if (quiet || (!renamed && !moved && old.digest === digest)) return [];
    const more = { ...(renamed && { oldName: old.name }), ...(moved && { touched: true as const }) };
    return [{ id, what: 'changed', name, ...more, cause }];
  }

  /** Nothing to do: it is known just like this. */
  function isKnown({ id, name, updatedAt, status, digest, entity }: Listed): boolean {
    const old = entries.get(id);
    if (!old || old.digest !== digest || old.name !== name || entity || old.entity) return false;
    return (updatedAt ?? old.updatedAt) === old.updatedAt && (status ?? old.status) === old.status;
  }

  function sighted(entity: Entity, only?: ReadonlySet<string>): Listed {
    const { id, name, updatedAt, status } = entity;
    return {
      id,
      digest: digestOf(entity, only),
      sight: writes.look(entity),
      ...(name !== undefined && { name }),
      ...(updatedAt !== undefined && { updatedAt }),
      ...(status !== undefined && { status }),
      ...(keeps(id) && { entity }),
    };
  }

  function drop(id: string, cause: Change['cause'], list?: ListStart): Change[] {
    const old = entries.get(id);
    if (!old) return [];
    entries.delete(id);
    absences.begin(id, list);
    return [{ id, what: 'vanished', name: old.name, cause }];
  }

  return {
    entries,
    absences,
    suspicion,
    get last() {
      return last;
    },
    sighted: (entity) => sighted(entity),
    isWritten: (id) => writes.has(id),
    apply(list) {
      const listed = list.ids;
      // What a list does not show yet, because we wrote it just now, is not missing; what we removed just now is not there.
      const protectedNow = (id: string) => writes.judge(id, undefined, list) === 'stale';
      suspicion.judge(entries, (id) => listed.has(id) || protectedNow(id));
      const changes: Change[] = [];
      for (const object of list.objects) {
        const verdict = writes.judge(object.id, object, list);
        if (verdict === 'stale' || isKnown(object)) continue;
        changes.push(...put(object, 'list', verdict === 'confirms'));
      }
      last = { startedAt: list.startedAt, wallStartedAt: list.wallStartedAt };
      const isLacking = (id: string) => !listed.has(id) && !suspicion.now?.ids.has(id) && !protectedNow(id);
      for (const id of entries.ids()) if (isLacking(id)) changes.push(...drop(id, 'list', last));
      absences.listed(last, isLacking);
      writes.prune(list);
      paths = list.paths;
      return changes;
    },
    wrote(entity, order, at) {
      writes.note(entity.id, entity, order, at);
      return put(sighted(entity, paths.size > 0 ? paths : undefined), 'write', false);
    },
    removed(id, order, at) {
      writes.note(id, undefined, order, at);
      suspicion.confirmGone(id);
      return drop(id, 'write');
    },
    drop: (id) => drop(id, 'list', last),
  };
}

/** The paths that an object carries, added to a set. */
export function addPaths(entity: Entity, paths: Set<string>): void {
  for (const path of entity.fields.keys()) paths.add(path);
  if (entity.children) paths.add(CHILDREN);
}
