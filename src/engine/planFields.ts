import { type Field, fieldOf } from '../api/fields.ts';
import type { Json } from '../ports/json.ts';
import { equal } from './equality.ts';
import type { Change } from './plan.ts';
import type { RemoteObject } from './remote.ts';
import type { Accepted } from './resource.ts';
import { isSensitivePath } from './show.ts';

export interface FieldsInput {
  table: readonly Field[];
  wanted: ReadonlyMap<string, Json>;
  secrets: ReadonlyMap<string, string>;
  observed: RemoteObject;
  applied: Readonly<Record<string, string>>;
  accepted: Readonly<Record<string, Accepted>>;
  /** The short hash of a wanted value; an HMAC for secrets. */
  hash(path: string, value: Json): string;
  mac(path: string, value: string): string;
  /** True when a recorded HMAC was made with a key that is lost: the present value becomes the baseline. */
  foreignMac(recorded: string): boolean;
  /** The object is being adopted: its present secrets become the baseline. */
  adopting: boolean;
}

export interface FieldsDiff {
  changes: Change[];
  /** Managed paths that the server refused to change; not sent again until the spec changes. */
  refused: Change[];
}

/** Desired against observed, field by field; pure. */
export function planFields(input: FieldsInput): FieldsDiff {
  const changes: Change[] = [];
  const refused: Change[] = [];
  for (const [path, to] of input.wanted) {
    const change = diffField(input, path, to);
    if (!change) continue;
    const accepted = input.accepted[path];
    if (accepted?.refused && accepted.want === input.hash(path, to)) refused.push(change);
    else changes.push(change);
  }
  for (const [path, value] of input.secrets) {
    const change = diffSecret(input, path, value);
    if (change) changes.push(change);
  }
  return { changes, refused };
}

function diffField(input: FieldsInput, path: string, to: Json): Change | undefined {
  const field = fieldOf(input.table, path);
  const from = shownValue(input, path);
  const wanted = input.hash(path, to);
  const moved = input.applied[path] !== wanted;
  const masked = input.observed.masked.has(path);
  const unseen = from === undefined || masked;
  // A value that the server does not show is unknown, never different: only a moved spec is a reason to send it. What is adopted
  // counts as identical where it is hidden, as a secret does; what is not there may be another value.
  if (unseen && (!moved || (masked && input.adopting))) return undefined;
  if (!unseen && equal(field?.equality ?? 'json', to, from)) return undefined;
  const accepted = input.accepted[path];
  if (!unseen && accepted && !accepted.refused && accepted.want === wanted && accepted.got === input.hash(path, from)) {
    return undefined;
  }
  return {
    path,
    from: masked ? undefined : from,
    to,
    cause: moved ? 'spec' : 'drift',
    destructive: isDestructive(field, to),
  };
}

/** Null is a value that shows, that there is none; but not where a secret would stand, which null may hide. Undefined: unknown. */
function shownValue(input: FieldsInput, path: string): Json | undefined {
  const shown = input.observed.fields.get(path);
  if (shown !== undefined && (shown !== null || !isSensitivePath(path))) return shown;
  return shown === undefined && isUnset(input, path) ? null : undefined;
}

/** A key of a map that shows other keys, and not this one, has no value; where nothing of the map shows, nobody knows. */
function isUnset({ table, observed }: FieldsInput, path: string): boolean {
  const field = fieldOf(table, path);
  if (!field?.path.endsWith('.*') || field.change !== 'update') return false;
  const prefix = field.path.slice(0, -1);
  for (const other of observed.fields.keys()) if (other.startsWith(prefix) && !observed.masked.has(other)) return true;
  return false;
}

function diffSecret(input: FieldsInput, path: string, value: string): Change | undefined {
  const recorded = input.applied[path];
  if (recorded === input.mac(path, value)) return undefined;
  if (input.adopting || (recorded !== undefined && input.foreignMac(recorded))) return undefined;
  const destructive = fieldOf(input.table, path)?.destructive === true;
  return { path, from: undefined, to: undefined, cause: recorded ? 'secret' : 'spec', destructive, secret: true };
}

/** Whether writing `to` at this field may lose data. A field that nobody knows how a PUT treats counts as such. */
export function isDestructive(field: Field | undefined, to: Json): boolean {
  if (!field) return true;
  if (field.change === 'unknown' || field.change === 'recreate') return true;
  if (field.destructive === 'whenTrue') return to === true;
  if (field.destructive === 'whenFalse') return to === false;
  return field.destructive === true;
}
