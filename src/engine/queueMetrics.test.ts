import { expect, test } from 'vitest';
import { createVirtualClock } from '../../test/support/virtualClock.ts';
import type { Labels, Meter } from '../ports/meter.ts';
import { createQueue } from './queue.ts';

/** A meter that keeps the last value, or the sum, of each metric whose label `name` is `jobs`. */
function recordingMeter() {
  const values = new Map<string, number>();
  const collectors: (() => void)[] = [];
  const add = (name: string) => (labels: Labels | undefined, value: number) => {
    expect(labels).toEqual({ name: 'jobs' });
    values.set(name, (values.get(name) ?? 0) + value);
  };
  const meter: Meter = {
    counter: (name) => ({ inc: (labels, value = 1) => add(name)(labels, value) }),
    gauge: (name) => ({ set: (_, value) => void values.set(name, value), remove() {}, reset() {} }),
    histogram: (name) => ({ observe: add(name) }),
    onCollect: (fn) => void collectors.push(fn),
  };
  const scrape = () => {
    for (const collect of collectors) collect();
    return Object.fromEntries(values);
  };
  return { meter, scrape };
}

test('counts adds, retries, waits and work under the names of controller-runtime', async () => {
  const clock = createVirtualClock();
  const { meter, scrape } = recordingMeter();
  const queue = createQueue({ clock, meter, name: 'jobs' });
  queue.add('a', 'user');
  queue.add('a', 'user');
  queue.add('b', 'retry');
  queue.add('c', 'drift');
  await clock.advance(2_000);
  await queue.get();
  await clock.advance(3_000);
  await queue.get();
  expect(scrape()).toEqual({
    workqueue_depth: 1,
    workqueue_adds_total: 3,
    workqueue_retries_total: 1,
    workqueue_queue_duration_seconds: 7,
    workqueue_unfinished_work_seconds: 3,
    workqueue_longest_running_processor_seconds: 3,
  });
  queue.done('a');
  queue.done('b');
  expect(scrape()).toMatchObject({
    workqueue_adds_total: 3,
    workqueue_work_duration_seconds: 3,
    workqueue_unfinished_work_seconds: 0,
    workqueue_longest_running_processor_seconds: 0,
  });
});
