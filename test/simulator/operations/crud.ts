import { readFields } from '../body.ts';
import { FIELDS, type Kind } from '../fields.ts';
import { createItem, listed, removeItem, resolveId, seen, updateItem, writable } from '../objects.ts';
import { renderItem } from '../render.ts';
import { COLLECTIONS, type Fields, type Item } from '../state.ts';
import type { Wire } from '../wire.ts';
import type { World } from '../world.ts';
import type { Call, Operation } from './call.ts';

/** What is special about a kind: throws Refusal to refuse. */
export interface Rules {
  /** Checks or completes what a create or update brings. */
  accept?(world: World, fields: Fields, item?: Item): Fields;
  mayUpdate?(world: World, item: Item): void;
  mayDelete?(world: World, item: Item): void;
}

/** Lists below `params.parent`, or all. */
export function list(kind: Kind): Operation {
  return ({ world, params }) => {
    const parentId = parentOf(world, kind, params.parent);
    const items = listed(world, kind, parentId);
    return {
      kind: 'list',
      collection: COLLECTIONS[kind],
      entries: items.map((item) => renderItem(world, item, 'list')),
    };
  };
}

export function retrieve(kind: Kind): Operation {
  return ({ world, params }) => {
    const item = findSeen(world, kind, params);
    return { kind: 'object', status: 200, body: renderItem(world, item, 'item') };
  };
}

export function create(kind: Kind, rules: Rules = {}): Operation {
  return ({ world, params, body }) => {
    const parentId = parentOf(world, kind, params.parent, 'write');
    const fields = readFields(world, FIELDS[kind], body);
    const item = createItem(world, kind, parentId, rules.accept?.(world, fields) ?? fields);
    return { kind: 'created', body: rendered(world, item) };
  };
}

export function update(kind: Kind, rules: Rules = {}): Operation {
  return ({ world, params, body }) => {
    const item = findWritable(world, kind, params);
    rules.mayUpdate?.(world, item);
    const fields = readFields(world, FIELDS[kind], body);
    const changedItem = updateItem(world, item, rules.accept?.(world, fields, item) ?? fields);
    return { kind: 'updated', body: rendered(world, changedItem) };
  };
}

export function remove(kind: Kind, rules: Rules = {}): Operation {
  return ({ world, params }) => {
    const item = findWritable(world, kind, params);
    rules.mayDelete?.(world, item);
    removeItem(world, item);
    return { kind: 'nothing' };
  };
}

export function findSeen(world: World, kind: Kind, params: Call['params']): Item {
  const item = seen(world, kind, params.id!);
  if (params.parent !== undefined) checkParent(world, kind, item, params.parent);
  return item;
}

export function findWritable(world: World, kind: Kind, params: Call['params']): Item {
  const item = writable(world, kind, params.id!);
  if (params.parent !== undefined) checkParent(world, kind, item, params.parent);
  return item;
}

export function rendered(world: World, item: Item): { [key: string]: Wire } {
  return renderItem(world, item, 'item') as { [key: string]: Wire };
}

/** The parent's id; 404 when it does not exist. Writes look at the present, reads at what they may see. */
function parentOf(
  world: World,
  kind: Kind,
  parent: string | undefined,
  access: 'read' | 'write' = 'read',
): string | undefined {
  if (parent === undefined) return undefined;
  const parentKind = kind === 'event' ? 'pipeline' : 'workspace';
  const find = access === 'write' ? writable : seen;
  return find(world, parentKind, parent).id;
}

function checkParent(world: World, kind: Kind, item: Item, parent: string): void {
  const parentKind = kind === 'event' ? 'pipeline' : 'workspace';
  if (item.parentId !== resolveId(world, parentKind, parent)) seen(world, kind, `${parent}/${item.id}`);
}
