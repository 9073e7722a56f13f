import type { Json, JsonObject } from '../../ports/json.ts';
import { isObject } from '../json.ts';
import { removeAt, setAt } from '../keys.ts';
import type { EntityKind } from './entity.ts';
import type { ModelField } from './fields.ts';
import { type FoundReference, findReference, wireId } from './references.ts';
import type { Wire } from './wire.ts';

interface Target {
  kind: EntityKind;
  body: JsonObject;
  wire: Wire;
}

/**
 * Writes `{id, name}` in the form that the body shows, else in the form that another reply showed at `place`, else as a pair
 * (sync-api-v2.md section 2, References); the id in its wire type.
 */
export function writeReference({ kind, body, wire }: Target, field: ModelField, value: Json, place: string[]): void {
  const reference = isObject(value) ? value : {};
  const { id, name } = reference;
  const encodeId = (shown?: Json): Json => (typeof id === 'string' ? wireId(wire, field.to, id, shown) : null);
  const shown = field.names.map((candidate) => findReference(body, candidate)).find((found) => found !== undefined);
  if (shown?.id || shown?.name) return overlay(body, shown, encodeId(shown.id?.value), name);
  if (shown?.bare && (typeof shown.bare.value !== 'object' || field.bare)) {
    // One bare value is the id or the name; whichever it was, it stays.
    const byName =
      !field.bare && typeof shown.bare.value === 'string' && !/^[0-9a-f-]{36}$|^\d+$/i.test(shown.bare.value);
    return setAt(
      body,
      shown.bare.at,
      (byName ? name : undefined) ?? (id === undefined ? (name ?? null) : encodeId(shown.bare.value)),
    );
  }
  const form = field.bare ? 'bare' : wire.seen.get(`${kind} ${field.path}`)?.form;
  if (value === null) return setAt(body, place, null);
  if (form === 'bare') return setAt(body, place, id === undefined ? (name ?? null) : encodeId());
  if (form === 'flat' && id !== undefined)
    return setAt(body, [...place.slice(0, -1), `${place.at(-1)}_id`], encodeId());
  setAt(body, place, { ...(id !== undefined && { id: encodeId() }), ...(name !== undefined && { name }) });
}

// A name that does not change along would contradict the id beside it.
function overlay(body: JsonObject, shown: FoundReference, id: Json, name: Json | undefined): void {
  if (shown.id) setAt(body, shown.id.at, id);
  else if (shown.name && id !== null) setAt(body, [...shown.name.at.slice(0, -1), 'id'], id);
  if (!shown.name) return;
  if (name === undefined && id !== null) removeAt(body, shown.name.at);
  else setAt(body, shown.name.at, name ?? null);
}
