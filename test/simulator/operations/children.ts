import type { JsonObject } from '../../../src/ports/json.ts';
import { readFields, readKey } from '../body.ts';
import { CHILD_FIELDS, type ChildKind } from '../fields.ts';
import { newId } from '../ids.ts';
import { seen, unknownReference, writable } from '../objects.ts';
import { invalid, notFound } from '../refusal.ts';
import { renderChild, renderChildren } from '../render.ts';
import type { Child, Fields, Item } from '../state.ts';
import { stepTarget } from '../targets.ts';
import type { Wire } from '../wire.ts';
import { changed, type World } from '../world.ts';
import type { Operation } from './call.ts';
import { refuseWhileRunning } from './running.ts';

export type ParentKind = 'job' | 'transformation' | 'pipeline';

const CHILD_KINDS: Record<ParentKind, ChildKind> = {
  job: 'jobTask',
  transformation: 'transformationTask',
  pipeline: 'step',
};
const POSITION_KEYS = ['position', 'index', 'after'];

export function listChildren(kind: ParentKind): Operation {
  return ({ world, params }) => {
    const parent = seen(world, kind, params.id!);
    const collection = kind === 'pipeline' ? 'steps' : 'tasks';
    return { kind: 'list', collection, entries: renderChildren(world, parent) };
  };
}

export function retrieveChild(kind: ParentKind): Operation {
  return ({ world, params }) => {
    const parent = seen(world, kind, params.id!);
    const at = placeOf(parent, params.child!);
    return { kind: 'object', status: 200, body: renderChild(world, parent, parent.children[at]!, at) };
  };
}

/** Adds at the end, or at the position that the body names. */
export function addChild(kind: ParentKind): Operation {
  return ({ world, params, body }) => {
    const parent = changeable(world, kind, params.id!);
    const fields = acceptChild(
      world,
      kind,
      parent,
      readFields(world, CHILD_FIELDS[CHILD_KINDS[kind]], body, POSITION_KEYS),
    );
    const at = readPosition(world, parent, body) ?? parent.children.length;
    const child = makeChild(world, fields);
    parent.children.splice(Math.min(at, parent.children.length), 0, child);
    changed(world, parent);
    return { kind: 'created', body: shown(world, parent, child) };
  };
}

export function updateChild(kind: ParentKind): Operation {
  return ({ world, params, body }) => {
    const parent = changeable(world, kind, params.id!);
    const old = parent.children[placeOf(parent, params.child!)]!;
    const given = readFields(world, CHILD_FIELDS[CHILD_KINDS[kind]], body, POSITION_KEYS);
    const merged = world.dialect.put === 'replace' ? given : { ...old.fields, ...given };
    const fields = acceptChild(world, kind, parent, merged);
    const child = world.dialect.put === 'createsNew' ? makeChild(world, fields) : old;
    if (child !== old) parent.children.push(child);
    child.fields = fields;
    child.updatedAt = world.clock.now();
    changed(world, parent);
    return { kind: 'updated', body: shown(world, parent, child) };
  };
}

export function removeChild(kind: ParentKind): Operation {
  return ({ world, params }) => {
    const parent = changeable(world, kind, params.id!);
    parent.children.splice(placeOf(parent, params.child!), 1);
    changed(world, parent);
    return { kind: 'nothing' };
  };
}

export function moveChild(kind: ParentKind): Operation {
  return ({ world, params, body }) => {
    const parent = changeable(world, kind, params.id!);
    const from = placeOf(parent, params.child!);
    const to = readPosition(world, parent, body);
    if (to === undefined) throw invalid(`'${world.dialect.moveKey}' is required.`);
    if (to < 0 || to >= parent.children.length) throw invalid(`'${world.dialect.moveKey}' is out of range.`);
    const [child] = parent.children.splice(from, 1);
    parent.children.splice(to, 0, child!);
    changed(world, parent);
    return { kind: 'updated', body: shown(world, parent, child!) };
  };
}

/** A task or step with an id of its own. */
export function makeChild(world: World, fields: Fields): Child {
  const now = world.clock.now();
  return { id: newId(world.random, world.dialect, 'small'), fields, createdAt: now, updatedAt: now };
}

function changeable(world: World, kind: ParentKind, id: string): Item {
  const parent = writable(world, kind, id);
  refuseWhileRunning(world, parent);
  return parent;
}

function placeOf(parent: Item, childId: string): number {
  const at = parent.children.findIndex((child) => child.id === childId);
  if (at < 0) throw notFound(parent.kind === 'pipeline' ? 'step' : 'task', childId);
  return at;
}

function shown(world: World, parent: Item, child: Child): { [key: string]: Wire } {
  return renderChild(world, parent, child, parent.children.indexOf(child)) as { [key: string]: Wire };
}

/** The place that the body names, counted from 0; undefined when it names none. Throws Refusal 400. */
function readPosition(world: World, parent: Item, body: JsonObject): number | undefined {
  const value = readKey(body, world.dialect.moveKey);
  if (value === undefined || value === null) return undefined;
  if (world.dialect.moveKey === 'after') return parent.children.findIndex((child) => child.id === String(value)) + 1;
  if (!/^\d+$/.test(String(value))) throw invalid(`'${world.dialect.moveKey}' must be a whole number.`);
  const { positionBase } = world.dialect;
  if (positionBase === 'fromEnd') return parent.children.length - 1 - Number(value);
  const at = Number(value) - Number(positionBase);
  if (at < 0) throw invalid(`'${world.dialect.moveKey}' is out of range.`);
  return at;
}

function acceptChild(world: World, kind: ParentKind, parent: Item, fields: Fields): Fields {
  if (kind === 'pipeline') return acceptStep(world, parent, fields);
  const has = (path: string) => typeof fields[path] === 'string' && fields[path] !== '';
  if (kind === 'job' && !has('table') && !has('query')) throw invalid("A task needs 'table' or 'query'.");
  if (kind === 'job' && parent.fields.type === 'SyncAll') throw invalid('A SyncAll job takes no tasks.');
  if (kind === 'transformation' && !has('query')) throw invalid("A task needs 'query'.");
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

const STEP_TYPES = { job: /job|repl|reverse|etl|sync/i, transformation: /transf|sql|dbt/i, event: /event|script/i };

function acceptStep(world: World, parent: Item, fields: Fields): Fields {
  const reference = String(fields.reference ?? '');
  if (reference === '') throw invalid("A step needs 'reference'.");
  const { item } = stepTarget(world.state, { id: '', fields, createdAt: 0, updatedAt: 0 });
  const near = item && (item.parentId === parent.parentId || item.parentId === parent.id);
  if (!item || !near) {
    if (world.dialect.unknownReference === 'accepted') return fields;
    throw unknownReference(world, 'reference', reference);
  }
  const type = fields.type;
  const fits = STEP_TYPES[item.kind as keyof typeof STEP_TYPES];
  if (typeof type === 'string' && !fits.test(type)) throw invalid(`'type' does not fit a ${item.kind}.`);
  return fields;
}
