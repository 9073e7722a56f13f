import type { Json } from '../../ports/json.ts';
import type { FoldMemo } from '../keys.ts';
import type { EntityKind } from './entity.ts';

/** Corrections of the decoder and the writer for one server: `spec.wire` of a SyncServer. */
export interface WireOverrides {
  /** `path` is ours (`options.dropTable`), `name` the server's (`drop_table`, `options.drop`). */
  fields?: readonly { kind: EntityKind; path: string; name: string }[];
  values?: readonly { vocabulary: Vocabulary; ours: string; theirs: string }[];
  facts?: Facts;
}

/** What is known of a server's manners: `putStyle`, `positionBase`, `positionName`, `createReply`, `childrenInParent` …, also `<name>.<kind>`. */
export type Facts = Readonly<Record<string, Json>>;

export type Vocabulary =
  | 'jobType'
  | 'transformationType'
  | 'triggerType'
  | 'verbosity'
  | 'logfileVerbosity'
  | 'metadataRefresh'
  | 'intervalUnit'
  | 'stepType'
  | 'runState';

/** The corrections, and what this server's replies have shown so far, which new objects are written like. */
export interface Wire {
  readonly fields: readonly { kind: EntityKind; path: string; name: string }[];
  readonly values: readonly { vocabulary: string; ours: string; theirs: string }[];
  /** Where fields were seen, by kind and path. */
  readonly seen: Map<EntityKind, Map<string, Seen>>;
  /** Kinds whose ids are numbers on the wire. */
  readonly numericIds: Set<string>;
  /** `vocabulary ourWord` → the server's word, where it is not ours. */
  readonly words: Map<string, Json>;
  /** Names and keys that were folded before. */
  readonly folds: FoldMemo;
  /** The zone of times that carry no offset; undefined: unknown. */
  readonly timeZone: string | undefined;
}

export interface Seen {
  /** Which of the field's names; dotted where it is nested. */
  name: string;
  /** Of a reference: `{id, name}`, `x_id` with `x_name`, or the id alone. */
  form?: 'pair' | 'flat' | 'bare';
}

/** A wire for one server; it learns spellings from what is decoded with it. */
export function createWire(overrides: WireOverrides = {}, timeZone?: string): Wire {
  return {
    fields: overrides.fields ?? [],
    values: overrides.values ?? [],
    seen: new Map(),
    numericIds: new Set(),
    words: new Map(),
    folds: { plans: new Map(), keys: new Map() },
    timeZone,
  };
}

/** Where the fields of a kind were seen, by path; to be added to. */
export function seenOf({ seen }: Wire, kind: EntityKind): Map<string, Seen> {
  let fields = seen.get(kind);
  if (!fields) {
    fields = new Map();
    seen.set(kind, fields);
  }
  return fields;
}

/** A fact for a kind: `putStyle.job` before `putStyle`. */
export function factOf(facts: Facts, name: string, kind?: string): Json | undefined {
  return (kind === undefined ? undefined : facts[`${name}.${kind}`]) ?? facts[name];
}
