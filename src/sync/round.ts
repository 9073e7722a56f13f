import type { Entity } from './models/entity.ts';
import type { Again } from './paging.ts';
import { addPaths, type Listed, type Picture } from './picture.ts';
import type { TakeEntity } from './session.ts';

/** What the next list need not read again. */
export interface Marked {
  /** By the mark of their text. */
  marked: ReadonlyMap<string, Listed>;
  /** Field paths that its objects carry, or carried when they were read. */
  paths: ReadonlySet<string>;
}

/** One list while it is taken in. */
export interface Round extends Marked {
  objects: readonly Listed[];
  ids: ReadonlySet<string>;
  take: TakeEntity;
  /** Objects whose text is the same as in the list before: of ten thousand, few are another a minute later. */
  again: Again;
}

export interface RoundOptions {
  picture: Pick<Picture, 'sighted' | 'isWritten'>;
  before: Marked | undefined;
  /** Ids of which the whole object is kept, so that each list has to be read. */
  keeps(id: string): boolean;
  /** Told of each object, read or not. */
  onSeen(object: Pick<Entity, 'id' | 'status'>): void;
}

export function createRound({ picture, before, keeps, onSeen }: RoundOptions): Round {
  const objects: Listed[] = [];
  const ids = new Set<string>();
  const paths = new Set<string>();
  const marked = new Map<string, Listed>();
  const add = (object: Listed) => {
    ids.add(object.id);
    objects.push(object);
    onSeen(object);
  };
  let isFresh = true;
  return {
    objects,
    ids,
    paths,
    marked,
    take(entity, mark) {
      addPaths(entity, paths);
      const object = picture.sighted(entity);
      add(object);
      // What it says of our own write is true of this list alone.
      if (mark !== undefined && object.sight === undefined && !object.entity) marked.set(mark, object);
    },
    again(mark) {
      const object = before?.marked.get(mark);
      if (!object || picture.isWritten(object.id) || keeps(object.id)) return undefined;
      if (ids.has(object.id)) return object;
      if (isFresh) for (const path of before!.paths) paths.add(path);
      isFresh = false;
      marked.set(mark, object);
      add(object);
      return object;
    },
  };
}
