import { API_VERSION } from '../../api/common.ts';
import type { Json, JsonObject } from '../../ports/json.ts';
import type { SyncClient } from '../../sync/client.ts';
import { fitToSchema } from './fit.ts';
import { createNamer, resourceNameOf } from './names.ts';
import { type Found, readAll } from './read.ts';
import type { ExportRules, RefineInput } from './rules.ts';
import { keyNameOf, type SecretToMake } from './secrets.ts';
import { specOf } from './specOf.ts';

export interface ExportInput {
  client: SyncClient;
  /** All kinds, parents before what they hold. */
  rules: readonly ExportRules[];
  /** What to begin at: its kind, its id in Sync, the name of its resource. It is not written itself. */
  root: { kind: string; id: string; name: string };
  /** Of what is right below the root only these; all when absent. */
  only?: { kind: string; ids: ReadonlySet<string> };
}

export interface Exported {
  /** Parents before what they hold. */
  manifests: Manifest[];
  secrets: SecretToMake[];
  /** What could not be said, a line each; no secrets. */
  notes: string[];
}

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec: JsonObject;
}

interface Named extends Found {
  name: string;
  parent: { kind: string; name: string };
  /** Another object of the kind has its name, so it is known by its id alone. */
  isNamesake: boolean;
}

/** What a live server holds, as manifests that say just that. Only reads. Rejects with SyncError. */
export async function exportFrom({ client, rules, root, only }: ExportInput): Promise<Exported> {
  const notes: string[] = [];
  const note = (text: string) => void (notes.includes(text) || notes.push(text));
  const all: Named[] = [];
  const parents = new Map<string, { id: string; name: string }[]>([[root.kind, [root]]]);
  for (const one of rules) {
    const { kind } = one.definition;
    if (only && one.within.kind === root.kind && kind !== only.kind) continue;
    const nameFor = createNamer();
    for (const parent of parents.get(one.within.kind) ?? []) {
      const found = await readAll(client, one, parent.id, note);
      const chosen = found.filter(({ entity }) => only?.kind !== kind || only.ids.has(entity.id));
      for (const item of chosen) {
        const name = nameFor(resourceNameOf(item.entity.name ?? '') || kind.slice('Sync'.length).toLowerCase());
        const isNamesake = found.filter(({ entity }) => entity.name === item.entity.name).length > 1;
        all.push({ ...item, name, parent: { kind: one.within.kind, name: parent.name }, isNamesake });
        parents.set(kind, [...(parents.get(kind) ?? []), { id: item.entity.id, name }]);
      }
    }
  }
  const secrets: SecretToMake[] = [];
  return { manifests: all.map((one) => manifestOf(one, { all, client, secrets, note })), secrets, notes };
}

interface Around {
  all: readonly Named[];
  client: SyncClient;
  secrets: SecretToMake[];
  note(text: string): void;
}

function manifestOf(one: Named, around: Around): Manifest {
  const { rules, entity, name, parent } = one;
  const { kind } = rules.definition;
  const note = (text: string) => around.note(`${kind} ${name}: ${text}`);
  const base: JsonObject = { [rules.within.field]: { name: parent.name } };
  if (one.isNamesake) base.id = entity.id;
  const spec = specOf(rules, base, refineInput(one, around, note));
  fitToSchema(rules.definition, spec, entity.id, note);
  return { apiVersion: API_VERSION, kind, metadata: { name }, spec };
}

function refineInput(one: Named, { all, client, secrets }: Around, note: (text: string) => void): RefineInput {
  const find = (kind: string, id: string) =>
    all.find(({ rules, entity }) => rules.definition.kind === kind && entity.id === id);
  return {
    name: one.name,
    entity: one.entity,
    children: one.children,
    note,
    exported: find,
    holdsSecret: (text) => client.scrubber.hide(text) !== text,
    refer(kind, shown) {
      const { id, name } = partsOf(shown);
      const sameName = all.filter(
        ({ rules, entity, parent }) =>
          rules.definition.kind === kind && entity.name === name && parent.name === one.parent.name,
      );
      const known = id === undefined ? (sameName.length === 1 ? sameName[0] : undefined) : find(kind, id);
      if (known) return { name: known.name };
      return id === undefined ? undefined : { id };
    },
    hide(key, what) {
      const kind = one.rules.definition.kind.slice('Sync'.length).toLowerCase();
      const secretName = `${one.name}-${kind}`;
      let secret = secrets.find(({ name }) => name === secretName);
      if (!secret) {
        secret = { name: secretName, keys: [] };
        secrets.push(secret);
      }
      const keyName = keyNameOf(key, secret);
      secret.keys.push({ key: keyName, what });
      return { name: secretName, key: keyName };
    },
  };
}

function partsOf(shown: Json): { id?: string; name?: string } {
  if (typeof shown !== 'object' || shown === null) return { id: String(shown) };
  return shown as { id?: string; name?: string };
}
