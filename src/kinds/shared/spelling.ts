import type { Desired } from '../../engine/kind.ts';
import type { Remote, RemoteObject } from '../../engine/remote.ts';
import type { Json } from '../../ports/json.ts';

/**
 * The same remote side, its free keys spelled as in the spec: properties fold case, unknown fields fold separators, too (design §5,
 * "Equality"). Writes find the server's own spelling by themselves.
 */
export function spelledAs({ fields, secrets }: Desired, remote: Remote): Remote {
  const wanted = [...fields.keys(), ...secrets.keys()].filter((path) => fold(path) !== undefined);
  const spelled = new Map(wanted.map((path) => [fold(path)!, path]));
  if (spelled.size === 0) return remote;
  return {
    ...remote,
    async read(id) {
      const result = await remote.read(id);
      return result.state === 'present' ? { ...result, object: respelled(result.object, spelled) } : result;
    },
  };
}

function fold(path: string): string | undefined {
  if (path.startsWith('properties.')) return path.toLowerCase();
  return path.startsWith('extra.') ? path.toLowerCase().replace(/[-_ .]/g, '') : undefined;
}

function respelled(object: RemoteObject, spelled: ReadonlyMap<string, string>): RemoteObject {
  const fields = new Map<string, Json>();
  const masked = new Set<string>();
  for (const [path, value] of object.fields) {
    const ours = spelled.get(fold(path) ?? path) ?? path;
    // Of two spellings on the server the one that the spec has counts.
    const to = ours !== path && object.fields.has(ours) ? path : ours;
    fields.set(to, value);
    if (object.masked.has(path)) masked.add(to);
  }
  return { ...object, fields, masked };
}
