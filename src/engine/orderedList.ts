import { longestIncreasing } from './longestIncreasing.ts';

/**
 * Exact: the list is what the spec says. AtLeast: it holds what the spec says; items of others stay, in their order. AddOnly: the
 * desired list is not known in full yet, so nothing goes and nothing becomes another item.
 */
export type ListPolicy = 'Exact' | 'AtLeast' | 'AddOnly';

export interface DesiredItem {
  /** What the item was remembered by: its own key, or a hash of the natural key. */
  key?: string;
  /** What tells it from the others for people: a table, a query, a reference. May repeat. */
  naturalKey: string;
}

export interface ObservedItem {
  id: string;
  naturalKey: string;
}

export interface ListInput<D extends DesiredItem, O extends ObservedItem> {
  /** In the order of the spec. */
  desired: readonly D[];
  /** In the order of the server. */
  observed: readonly O[];
  /** Which observed item was which desired item when the list was last written. */
  remembered: readonly { id: string; key: string }[];
  policy: ListPolicy;
}

/** `desired` is an index in the input. A position is the item's place, counted from 0, once its step is done. A move without id is of one just added. */
export type ListStep =
  | { op: 'add'; desired: number; position: number }
  | { op: 'update'; desired: number; id: string }
  | { op: 'move'; desired: number; id?: string; position: number }
  | { op: 'delete'; id: string };

export interface ListPlan<D extends DesiredItem, O extends ObservedItem> {
  /** What is kept, in desired order: its fields are to be compared. */
  pairs: { desired: D; index: number; observed: O }[];
  /** To be carried out one after another. An update stands only where the natural key differs. */
  steps: ListStep[];
}

/**
 * The steps that turn the observed list into the desired one (design §5, "Lists"): what can be kept is kept, and the fewest
 * are moved. Deletes come last, so that positions also hold while deletes wait for approval.
 */
export function planList<D extends DesiredItem, O extends ObservedItem>(input: ListInput<D, O>): ListPlan<D, O> {
  const { desired, observed, policy } = input;
  const partner = match(input);
  const pairs = desired.flatMap((item, index) => {
    const at = partner[index];
    return at === undefined ? [] : [{ desired: item, index, observed: observed[at]! }];
  });
  const updates = pairs
    .filter((pair) => pair.desired.naturalKey !== pair.observed.naturalKey)
    .map((pair): ListStep => ({ op: 'update', desired: pair.index, id: pair.observed.id }));
  const kept = new Set(partner);
  const doomed = policy === 'Exact' ? observed.filter((_, at) => !kept.has(at)) : [];
  const deletes = doomed.map((item): ListStep => ({ op: 'delete', id: item.id }));
  return { pairs, steps: [...updates, ...arrange(observed, partner), ...deletes] };
}

/** Desired index → observed index, undefined for what has to be added. */
function match({
  desired,
  observed,
  remembered,
  policy,
}: ListInput<DesiredItem, ObservedItem>): (number | undefined)[] {
  const partner: (number | undefined)[] = desired.map(() => undefined);
  const free = new Set(observed.keys());
  const places = new Map(observed.map((item, at) => [item.id, at]));
  const pair = (index: number, at: number | undefined) => {
    if (at === undefined || partner[index] !== undefined || !free.delete(at)) return;
    partner[index] = at;
  };

  const byKey = group(remembered.filter(({ id }) => places.has(id)).map(({ id, key }) => [key, places.get(id)!]));
  for (const [index, { key }] of desired.entries()) if (key !== undefined) pair(index, byKey.get(key)?.shift());
  const known = new Set([...desired.keys()].filter((index) => partner[index] !== undefined));

  // Under AtLeast only what was ours may become another item of ours.
  const ours = new Set(remembered.map(({ id }) => id));
  const mayBecomeAnother = (at: number) => policy === 'Exact' || (policy === 'AtLeast' && ours.has(observed[at]!.id));
  const [mine, others] = [[...free].filter(mayBecomeAnother), [...free].filter((at) => !mayBecomeAnother(at))];
  const byNaturalKey = group([...mine, ...others].map((at) => [observed[at]!.naturalKey, at]));
  for (const [index, { naturalKey }] of desired.entries()) {
    if (partner[index] === undefined) pair(index, byNaturalKey.get(naturalKey)?.shift());
  }

  const left = [...free].filter(mayBecomeAnother);
  for (const index of desired.keys()) if (partner[index] === undefined) pair(index, left.shift());

  const likeness = (at: number) => `${mayBecomeAnother(at)} ${observed[at]!.naturalKey}`;
  const found = [...desired.keys()].filter((index) => partner[index] !== undefined && !known.has(index));
  return inOrder(partner, group(found.map((index) => [likeness(partner[index]!), index])));
}

/** Of items that are alike any may become another: they stay in their order, or each plan would undo the moves of the one before. */
function inOrder(partner: readonly (number | undefined)[], alike: ReadonlyMap<string, number[]>) {
  const sorted = [...partner];
  for (const indexes of alike.values()) {
    const ats = indexes.map((index) => partner[index]!).sort((a, b) => a - b);
    for (const [n, index] of indexes.entries()) sorted[index] = ats[n];
  }
  return sorted;
}

function group(entries: [string, number][]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const [key, at] of entries) {
    const list = groups.get(key);
    if (list) list.push(at);
    else groups.set(key, [at]);
  }
  return groups;
}

/**
 * Adds and moves. An add is an append, the only place that every server knows; so the new ones stand at the end, in order, before
 * anything moves. Then each item that does not stay goes right before the next one that does, else to the end.
 */
function arrange(observed: readonly ObservedItem[], partner: readonly (number | undefined)[]): ListStep[] {
  const steps: ListStep[] = [];
  const list: (ObservedItem | number)[] = [...observed];
  const places = partner.map((at, index) => {
    if (at !== undefined) return at;
    steps.push({ op: 'add', desired: index, position: list.length });
    return list.push(index) - 1;
  });
  const items = places.map((place) => list[place]!);
  const staying = longestIncreasing(places);
  const anchors = items.filter((_, index) => staying.has(places[index]!));
  let passed = 0;
  for (const [index, item] of items.entries()) {
    if (staying.has(places[index]!)) {
      passed++;
      continue;
    }
    list.splice(list.indexOf(item), 1);
    const anchor = anchors[passed];
    const position = anchor === undefined ? list.length : list.indexOf(anchor);
    list.splice(position, 0, item);
    steps.push({ op: 'move', desired: index, ...(typeof item !== 'number' && { id: item.id }), position });
  }
  return steps;
}
