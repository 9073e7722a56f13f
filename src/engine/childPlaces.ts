import type { GatheredPass } from './pass.ts';
import type { Step } from './plan.ts';
import { expectedOf } from './planChildren.ts';
import type { RemoteObject } from './remote.ts';

/**
 * Where the moves among these steps go, 0-based. A plan counts everything that it adds as there; while some of that waits, what is moved
 * goes right behind the nearest one before it that is there.
 */
export function placesOf(
  { kind, gathered, draft }: GatheredPass,
  steps: readonly Step[],
  observed: RemoteObject | undefined,
): ReadonlyMap<Step, number> {
  const moves = steps.filter(({ verb }) => verb === 'moveChild');
  const planned = new Map(moves.map((step) => [step, step.child!.position!]));
  const children = observed?.children ?? [];
  const added = steps.filter(({ verb }) => verb === 'addChild').map(({ child }) => child!.wanted!);
  const kept = expectedOf(kind, gathered.desired, children, draft.status.children ?? []);
  const items = kept.map((child, index) => child?.id ?? (added.includes(index) ? index : undefined));
  if (moves.length === 0 || !items.includes(undefined)) return planned;
  const order: (string | number)[] = [...children.map(({ id }) => id), ...added];
  for (const step of moves) {
    const item = items[step.child!.wanted!]!;
    order.splice(order.indexOf(item), 1);
    const before = items.slice(0, step.child!.wanted!).findLast((one) => one !== undefined);
    const place = before === undefined ? 0 : order.indexOf(before) + 1;
    order.splice(place, 0, item);
    planned.set(step, place);
  }
  return planned;
}
