import { deepEqual } from '../deepEqual.ts';
import { StatusError } from '../status.ts';
import type { Loose } from '../types.ts';

interface Operation {
  op: string;
  path: string;
  from?: string;
  value?: Loose;
}

/** The API server's answer to a patch that does not apply. */
const rejected = () =>
  new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});

/** JSON patch (RFC 6902). The target is not changed. @throws StatusError 422 when an operation does not apply. */
export function jsonPatch(target: Loose, operations: Operation[]): Loose {
  let document = structuredClone(target);
  for (const operation of operations) document = applyOne(document, operation);
  return document;
}

function applyOne(document: Loose, { op, path, from, value }: Operation): Loose {
  switch (op) {
    case 'add':
      return insert(document, pointer(path), structuredClone(value));
    case 'remove':
      return remove(document, pointer(path)).document;
    case 'replace':
      read(document, pointer(path));
      return path === ''
        ? value
        : insert(remove(document, pointer(path)).document, pointer(path), structuredClone(value));
    case 'move': {
      const taken = remove(document, pointer(from ?? ''));
      return insert(taken.document, pointer(path), taken.value);
    }
    case 'copy':
      return insert(document, pointer(path), structuredClone(read(document, pointer(from ?? ''))));
    case 'test':
      if (!deepEqual(read(document, pointer(path)), value)) throw rejected();
      return document;
    default:
      throw rejected();
  }
}

function pointer(path: string): string[] {
  if (path === '') return [];
  if (!path.startsWith('/')) throw rejected();
  return path
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(document: Loose, parts: string[]): Loose {
  let at = document;
  for (const part of parts) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, part)) throw rejected();
    at = at[part];
  }
  return at;
}

function insert(document: Loose, parts: string[], value: Loose): Loose {
  const last = parts.at(-1);
  if (last === undefined) return value;
  const parent = read(document, parts.slice(0, -1));
  if (Array.isArray(parent)) {
    const index = last === '-' ? parent.length : Number(last);
    if (!Number.isInteger(index) || index < 0 || index > parent.length) throw rejected();
    parent.splice(index, 0, value);
  } else if (parent !== null && typeof parent === 'object') parent[last] = value;
  else throw rejected();
  return document;
}

function remove(document: Loose, parts: string[]): { document: Loose; value: Loose } {
  const value = read(document, parts);
  const last = parts.at(-1);
  if (last === undefined) throw rejected();
  const parent = read(document, parts.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete parent[last];
  return { document, value };
}
