import type { Json, JsonObject } from '../../ports/json.ts';
import { isObject } from '../json.ts';
import { removeAt, setAt } from '../keys.ts';
import type { EntityKind } from './entity.ts';
import type { ModelField } from './fields.ts';
import { type FoundReference, findReference, wireId } from './references.ts';
import { seenOf, type Wire } from './wire.ts';

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
  const { id, name } = isObject(value) ? value : ({} as JsonObject);
  const encodeId = (shown?: Json): Json => (typeof id === 'string' ? wireId(wire, field.to, id, shown) : null);
  const shown = field.names.map((candidate) => findReference(body, candidate)).find((found) => found !== undefined);
  const form = field.bare ? 'bare' : seenOf(wire, kind).get(field.path)?.form;
  if (shown?.id || shown?.name) overlay(body, shown, encodeId(shown.id?.value), name);
  else if (shown?.bare && shown.bare.value !== null) {
    // One bare value is the id or the name; whichever it was, it stays.
    const byName =
      !field.bare && typeof shown.bare.value === 'string' && !/^[0-9a-f-]{36}$|^\d+$/i.test(shown.bare.value);
    const label = byName || id === undefined ? name : undefined;
    setAt(body, shown.bare.at, label ?? encodeId(shown.bare.value));
  } else if (value === null) setAt(body, place, null);
  else if (form === 'bare') setAt(body, place, id === undefined ? (name ?? null) : encodeId());
  else if (form === 'flat' && id !== undefined) setAt(body, [...place.slice(0, -1), `${place.at(-1)}_id`], encodeId());
  else setAt(body, place, { ...(id !== undefined && { id: encodeId() }), ...(name !== undefined && { name }) });
}

// A name that does not change along would contradict the id beside it.
function overlay(body: JsonObject, shown: FoundReference, id: Json, name: Json | undefined): void {
  if (shown.id) setAt(body, shown.id.at, id);
  else if (shown.name && id !== null) setAt(body, [...shown.name.at.slice(0, -1), 'id'], id);
  if (!shown.name) return;
  if (name === undefined && id !== null) removeAt(body, shown.name.at);
  else setAt(body, shown.name.at, name ?? null);
}
