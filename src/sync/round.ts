import type { Again } from './paging.ts';
import { addPaths, type Listed, type Picture } from './picture.ts';
import type { TakeEntity } from './session.ts';

/** One list while it is taken in, and afterwards what the next one need not read again. */
export interface Round {
  objects: readonly Listed[];
  ids: ReadonlySet<string>;
  /** Field paths that its objects carry, or carried when they were read. */
  paths: ReadonlySet<string>;
  take: TakeEntity;
  /** Objects whose text is the same as in the list before: of ten thousand, few are another a minute later. */
  again: Again;
  /** By the mark of their text. */
  marked: ReadonlyMap<string, Listed>;
}

/** `keeps`: ids of which the whole object is kept, so that each list has to be read. */
export function createRound(
  picture: Pick<Picture, 'sighted' | 'isWritten'>,
  before: Pick<Round, 'marked' | 'paths'> | undefined,
  keeps: (id: string) => boolean,
): Round {
  const objects: Listed[] = [];
  const ids = new Set<string>();
  const paths = new Set<string>();
  const marked = new Map<string, Listed>();
  let isFresh = true;
  return {
    objects,
    ids,
    paths,
    marked,
    take(entity, mark) {
      addPaths(entity, paths);
      ids.add(entity.id);
      const object = picture.sighted(entity);
      objects.push(object);
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
      ids.add(object.id);
      objects.push(object);
      return object;
    },
  };
}
