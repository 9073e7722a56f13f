import type { Definition } from '../../api/definition.ts';
import type { Json, JsonObject } from '../../ports/json.ts';
import type { ChildrenApi } from '../../sync/apis/children.ts';
import type { SyncClient } from '../../sync/client.ts';
import type { Entity } from '../../sync/models/entity.ts';
import type { CallOptions } from '../../sync/session.ts';
import type { Renames } from '../remote/convert.ts';

/** How the objects of one kind become manifests, as far as the table of its fields does not say it. */
export interface ExportRules {
  definition: Definition;
  /** The field of the spec that names what holds them, and the kind of that. */
  within: { field: string; kind: string };
  /** All below one parent; of a server the id means nothing. */
  list(client: SyncClient, parentId: string): Promise<Entity[]>;
  get(client: SyncClient, id: string, parentId: string, options: CallOptions): Promise<Entity>;
  /** Tasks or steps. */
  children?: { list: string; api(client: SyncClient): ChildrenApi; renames?: Renames };
  renames?: Renames;
  /** What references of the spec point at, by path: `sourceRef`, `steps[].jobRef`. */
  references?: Readonly<Record<string, string>>;
  /** Puts right what the table cannot say. Changes `spec`. */
  refine?(spec: JsonObject, input: RefineInput): void;
}

export interface RefineInput {
  /** The name of the resource. */
  name: string;
  /** Tasks or steps in full; undefined where the server does not show them. */
  entity: Entity;
  children: readonly Entity[] | undefined;
  /** `{name}` of an exported object, `{id}` of another one; undefined where the server does not tell enough. */
  refer(kind: string, shown: Json): { name: string } | { id: string } | undefined;
  /** An exported object and its tasks or steps, by its id. */
  exported(kind: string, id: string): { name: string; children: readonly Entity[] | undefined } | undefined;
  /** A value that must not be shown: it is to be read from `key` of the Secret whose name this returns. */
  hide(key: string, what: string): { name: string; key: string };
  /** Whether a text would give away a secret, by what is in it. */
  holdsSecret(text: string): boolean;
  /** Something that a person must know of: it could not be said in the manifest. */
  note(text: string): void;
}
