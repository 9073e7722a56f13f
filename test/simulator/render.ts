import type { Json, JsonObject } from '../../src/ports/json.ts';
import { roleName } from './body.ts';
import { CHILD_FIELDS, FIELDS, type Field, type Kind } from './fields.ts';
import { lastRunWord } from './history.ts';
import { type Child, type Item, nameOf, type State } from './state.ts';
import { stepTarget } from './targets.ts';
import { type Wire, WireDate, WireId, WireMap } from './wire.ts';
import type { World } from './world.ts';

/** `list`: as an entry of a list, which may be a summary. */
export type View = 'item' | 'list';

const SUMMARY: ReadonlySet<string> = new Set([
  'name',
  'user',
  'type',
  'connector',
  'source_connection',
  'destination_connection',
  'is_active',
]);

const CHILD_WORD = { job: 'task', transformation: 'task', pipeline: 'step' } as const;

/** An object as the API shows it. */
export function renderItem(world: World, item: Item, view: View): Wire {
  const { dialect } = world;
  const id = new WireId(item.id, item.kind);
  if (view === 'list' && dialect.lists === 'idsOnly') return { id };
  const summary = view === 'list' && dialect.lists === 'summary';
  const shown: { [key: string]: Wire } = { id };
  for (const field of FIELDS[item.kind]) {
    if (field.writeOnly || (summary && !SUMMARY.has(field.path))) continue;
    place(shown, wirePath(world, item.kind, field), renderValue(world, field, item.fields[field.path]), world);
  }
  if (dialect.schedule === 'sentence' && 'schedule' in shown) shown.schedule = scheduleSentence(item);
  Object.assign(shown, extras(world, item));
  if (dialect.children === 'inParent' && !summary && item.kind in CHILD_WORD) {
    shown[`${CHILD_WORD[item.kind as keyof typeof CHILD_WORD]}s`] = renderChildren(world, item);
  }
  shown.created_at = new WireDate(item.createdAt);
  shown.updated_at = new WireDate(item.updatedAt);
  return shown;
}

/** The tasks or steps of an object, in order. */
export function renderChildren(world: World, item: Item): Wire[] {
  if (world.dialect.children === 'hidden') return [];
  return item.children.map((child, at) => renderChild(world, item, child, at));
}

/** One task or step; `at` counts from 0. */
export function renderChild(world: World, parent: Item, child: Child, at: number): Wire {
  const id = new WireId(child.id, CHILD_WORD[parent.kind as keyof typeof CHILD_WORD]);
  const place = { [world.dialect.moveKey === 'index' ? 'index' : 'position']: shownPosition(world, parent, at) };
  if (parent.kind === 'pipeline') {
    const { item, name } = stepTarget(world.state, child);
    const reference = { id: new WireId(String(child.fields.reference)), name };
    return { id, type: child.fields.type ?? stepType(item), reference, ...place };
  }
  const fields = CHILD_FIELDS[parent.kind === 'job' ? 'jobTask' : 'transformationTask'];
  return { id, ...Object.fromEntries(fields.map(({ path }) => [path, child.fields[path] ?? unset(world)])), ...place };
}

/** How the server counts the place `at`, which counts from 0. */
export function shownPosition({ dialect }: World, parent: Item, at: number): number {
  return dialect.positionBase === 'fromEnd' ? parent.children.length - 1 - at : at + Number(dialect.positionBase);
}

function stepType(target: Item | undefined): string {
  if (target?.kind === 'job') return target.fields.type === 'ReverseETL' ? 'ReverseETL' : 'Replication';
  return target?.kind === 'transformation' ? 'Transformation' : 'Event';
}

function extras(world: World, item: Item): { [key: string]: Wire } {
  const { state, dialect } = world;
  const within = (kind: 'connections' | 'transformations') =>
    [...state[kind].values()]
      .filter((one) => one.parentId === item.id)
      .map((one) => ({ id: new WireId(one.id), name: nameOf(one) }));
  if (item.kind === 'workspace') {
    return {
      connections: within('connections'),
      transformations: within('transformations'),
      is_default: item.id === state.defaultWorkspaceId,
      permissions: { can_update: !item.forbidden, can_delete: !item.forbidden },
    };
  }
  if (item.kind === 'connection' && item.tested) {
    return {
      connection_state: item.tested.ok ? 'Successful' : 'Failed',
      last_tested: new WireDate(item.tested.at),
    };
  }
  const word = dialect.itemStatus === 'shown' && item.kind in CHILD_WORD ? lastRunWord(world, item.id) : undefined;
  return word === undefined ? {} : { status: word };
}

function wirePath({ dialect }: World, kind: Kind, field: Field): string {
  const flat = field.path.replace('.', '_');
  if (field.shape === 'alerts') {
    const nested = dialect.alerts === 'nested' || (dialect.alerts === 'documented' && kind === 'transformation');
    return nested ? field.path : field.path.slice('alerts.'.length);
  }
  if (field.shape !== 'schedule' || dialect.schedule === 'nested') return field.path;
  if (dialect.schedule === 'flat') return flat;
  return dialect.schedule === 'cronFlat' && kind === 'job' && field.path === 'schedule.cron' ? 'cron' : field.path;
}

/** Sets a dotted path; what has no value is left out or null. */
function place(object: { [key: string]: Wire }, path: string, value: Wire, world: World): void {
  const shown = value ?? unset(world);
  if (shown === undefined) return;
  const dot = path.indexOf('.');
  if (dot === -1) object[path] = shown;
  else {
    const head = path.slice(0, dot);
    object[head] ??= {};
    place(object[head] as { [key: string]: Wire }, path.slice(dot + 1), value, world);
  }
}

function unset({ dialect }: World): null | undefined {
  return dialect.unset === 'null' ? null : undefined;
}

function renderValue(world: World, field: Field, value: Json | undefined): Wire {
  if (value === undefined || value === null) return undefined;
  switch (field.type) {
    case 'connectionRef':
      return { id: new WireId(String(value)), name: connectionName(world.state, String(value)) };
    case 'jobRef':
      return new WireId(String(value));
    case 'ids':
      return (value as string[]).map((id) => new WireId(id));
    case 'roles':
      return (value as string[]).map((id) => ({ id, name: roleName(id) }));
    case 'map':
      return new WireMap(hideSecrets(world, value as JsonObject));
    default:
      return value;
  }
}

function connectionName(state: State, id: string): string {
  const connection = state.connections.get(id);
  return connection ? nameOf(connection) : '';
}

/** Does the property's name say that its value is a secret? */
export function isSecret(property: string): boolean {
  return /password|secret|token|credential|private|apikey|accesskey/i.test(property.replace(/[-_ ]/g, ''));
}

function hideSecrets({ dialect }: World, properties: JsonObject): JsonObject {
  const shown: JsonObject = {};
  for (const [key, value] of Object.entries(properties)) {
    if (!isSecret(key) || dialect.secrets === 'plain') shown[key] = value;
    else if (dialect.secrets === 'masked') shown[key] = '********';
    else if (dialect.secrets === 'scrambled') shown[key] = scramble(String(value));
  }
  return shown;
}

function scramble(text: string): string {
  return [...text].map((letter) => ((letter.charCodeAt(0) * 7) % 16).toString(16)).join('x');
}

function scheduleSentence(item: Item): string {
  const on = item.fields['schedule.enabled'] === true ? 'runs' : 'would run';
  return `${on} by ${String(item.fields['schedule.cron'] ?? 'hand')}`;
}
