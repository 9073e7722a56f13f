import type { Json, JsonObject } from '../../ports/json.ts';

/** The collections of the API that hold objects with an identity. */
export type EntityKind =
  | 'workspace'
  | 'connection'
  | 'job'
  | 'jobTask'
  | 'transformation'
  | 'transformationTask'
  | 'pipeline'
  | 'step'
  | 'event'
  | 'user';

/** One decoded object of a Sync server. */
export interface Entity {
  kind: EntityKind;
  /** Opaque; a string even where the wire has a number. */
  id: string;
  /** The id in its wire type (number, bigint or string), to be sent back as it came. */
  wireId: Json;
  name?: string;
  /** Known fields under our own names (`schedule.enabled`, `properties.Server`, `options.dropTable`), and every unknown leaf as `extra.<wire path>`. A field that the reply lacks is absent. */
  fields: ReadonlyMap<string, Json>;
  /** Paths whose value came back masked (`****` and the like), so it is not the value. */
  masked: ReadonlySet<string>;
  /** Milliseconds since the epoch, when the reply tells it. */
  updatedAt?: number;
  /** The raw status word of a list or item that carries one. */
  status?: string;
  /** Tasks or steps that came inside their parent, in order; absent when the reply has none of them. */
  children?: Entity[];
  /** The reply itself, for overlaying a PUT. */
  raw: JsonObject;
}
