import type { Entity } from '../../sync/models/entity.ts';
import { looksSensitive, type Scrubber } from '../../sync/scrub.ts';

/** Values that are no secrets whatever their name: switches, numbers of a few digits, masks. */
const PLAIN = /^(true|false|none|auto|yes|no|default|\d{1,4}|[*\u2022\u25cf]+)?$/i;

/**
 * Some servers show secrets in plain: they must not come back in errors. Returns a function that teaches them to the scrubber,
 * each once.
 */
export function createSecretTeacher(scrubber: Scrubber): (entity: Entity) => void {
  const sensitive = new Map<string, boolean>();
  const taught = new Set<string>();
  const isSensitive = (path: string) => {
    const name = path.slice(path.lastIndexOf('.') + 1);
    const known = sensitive.get(name);
    if (known !== undefined) return known;
    const is = looksSensitive(name);
    sensitive.set(name, is);
    return is;
  };
  return ({ fields, masked }) => {
    for (const [path, value] of fields) {
      if (typeof value !== 'string' || !isSensitive(path) || masked.has(path)) continue;
      if (PLAIN.test(value) || taught.has(value)) continue;
      taught.add(value);
      scrubber.learn(value);
    }
  };
}
