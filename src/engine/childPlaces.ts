import type { GatheredPass } from './pass.ts';
import type { Step } from './plan.ts';
import { expectedOf } from './planChildren.ts';
import type { RemoteObject } from './remote.ts';

/**
 * The steps that go, with their moves to where they belong for now. A plan counts everything that it adds as there; while some of that is
 * held, what is moved goes right behind the nearest one before it that is there.
 */
export function placed(pass: GatheredPass, steps: readonly Step[], observed: RemoteObject | undefined): Step[] {
  const { kind, gathered, draft } = pass;
  if (!steps.some(({ verb }) => verb === 'moveChild')) return [...steps];
  const children = observed?.children ?? [];
  const added = steps.filter(({ verb }) => verb === 'addChild').map(({ child }) => child!.wanted!);
  const kept = expectedOf(kind, gathered.desired, children, draft.status.children ?? []);
  const items = kept.map((child, index) => child?.id ?? (added.includes(index) ? index : undefined));
  if (!items.includes(undefined)) return [...steps];
  const order: (string | number)[] = [...children.map(({ id }) => id), ...added];
  return steps.map((step) => {
    if (step.verb !== 'moveChild') return step;
    const child = step.child!;
    const item = items[child.wanted!]!;
    order.splice(order.indexOf(item), 1);
    const before = items.slice(0, child.wanted!).findLast((one) => one !== undefined);
    const position = before === undefined ? 0 : order.indexOf(before) + 1;
    order.splice(position, 0, item);
    return { ...step, child: { ...child, position } };
  });
}
