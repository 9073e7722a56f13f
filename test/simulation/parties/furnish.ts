import type { Json } from '../../../src/ports/json.ts';
import type { Kind } from '../../simulator/fields.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { type Fields, type Item, itemsOf, type State } from '../../simulator/state.ts';
import type { Setting } from '../setting.ts';

/** In the order in which one refers to the other. */
const KINDS: readonly Kind[] = ['workspace', 'connection', 'job', 'transformation', 'pipeline', 'event', 'user'];

/**
 * Fills the installation that answers now with objects named as those of `from`, most of them, under ids of its own, and now and
 * then with another value: what others work with there.
 */
export function furnish({ simulator, rareDice }: Setting, from: State): void {
  const ids = new Map([[from.defaultWorkspaceId, simulator.state.defaultWorkspaceId]]);
  for (const item of KINDS.flatMap((kind) => [...itemsOf(from, kind).values()])) {
    if (ids.has(item.id) || item.fields.user === 'admin' || rareDice.chance(0.3)) continue;
    const parentId = item.parentId === undefined ? undefined : ids.get(item.parentId);
    if (item.parentId !== undefined && parentId === undefined) continue;
    const made = copy(simulator, translated(item, ids), parentId);
    if (!made) continue;
    ids.set(item.id, made.id);
    if (made.kind === 'event') addStep(simulator, itemsOf(from, 'pipeline').get(item.parentId!)!, made, item.id);
    if (rareDice.chance(0.2)) simulator.console.edit(made.kind, made.id, OTHERWISE[made.kind] ?? {});
  }
  simulator.catchUp();
}

/** An event lies in its pipeline, and so is there only after it: its step comes with it. */
function addStep({ console }: Simulator, pipeline: Item, event: Item, oldId: string): void {
  const step = pipeline.children.findIndex(({ fields }) => fields.reference === oldId);
  if (step < 0) return;
  console.addTask(event.parentId!, { ...pipeline.children[step]!.fields, reference: event.id });
}

/** One other value, where a kind has a field that many manifests name. */
const OTHERWISE: Partial<Record<Kind, Fields>> = {
  job: { destination_schema: 'others' },
  user: { email_address: 'others@example.com' },
  connection: { properties: { Server: 'others.example.com' } },
};

function translated(item: Item, ids: ReadonlyMap<string, string>): Pick<Item, 'kind' | 'fields' | 'children'> {
  const there = (value: Json): Json => {
    if (typeof value === 'string') return ids.get(value) ?? value;
    if (Array.isArray(value)) return value.map(there);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, there(one!)]));
  };
  const known = item.children.filter(
    ({ fields }) => fields.reference === undefined || ids.has(String(fields.reference)),
  );
  const children = known.map((child) => ({ ...child, fields: there(child.fields) as Fields }));
  return { kind: item.kind, fields: there(item.fields) as Fields, children };
}

/** Undefined of what refers to something that was left out. */
function copy(
  { console }: Simulator,
  { kind, fields, children }: Pick<Item, 'kind' | 'fields' | 'children'>,
  parentId: string | undefined,
): Item | undefined {
  const parts = children.map((child) => child.fields);
  try {
    switch (kind) {
      case 'workspace':
        return console.createWorkspace(String(fields.name));
      case 'connection':
        return console.createConnection(fields, parentId);
      case 'job':
        return console.createJob(fields, parts, parentId);
      case 'transformation':
        return console.createTransformation(fields, parts, parentId);
      case 'pipeline':
        return console.createPipeline(fields, parts, parentId);
      case 'event':
        return console.createEvent(parentId!, fields);
      case 'user':
        return console.createUser(fields);
    }
  } catch {
    return undefined;
  }
}
