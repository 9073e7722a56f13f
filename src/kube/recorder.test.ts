import { expect, test } from 'vitest';
import { refused } from '../../test/kube/miniApi.ts';
import { settled, setup } from '../../test/kube/setup.ts';
import { createRecorder, type EventTarget } from './recorder.ts';

function recording() {
  const given = setup();
  const recorder = createRecorder({ ...given, component: 'sync-operator' });
  const events = () => [...given.api.objects.values()] as unknown as Record<string, unknown>[];
  const total = (result: string) => given.meter.value('cdata_sync_events_total', { result });
  return { ...given, recorder, events, total };
}

const target = (name = 'orders'): EventTarget => ({
  apiVersion: 'sync.cdata.com/v1alpha1',
  kind: 'SyncJob',
  metadata: { name, namespace: 'team-a', uid: `uid-${name}`, resourceVersion: '7' },
});

test('an event is what kubectl describe looks for', async () => {
  const { recorder, clock, events } = recording();
  recorder.record(target(), 'Warning', 'RunFailed', 'Run 7 failed');
  await clock.advance(1_000);
  expect(events()).toMatchObject([
    {
      kind: 'Event',
      metadata: { namespace: 'team-a', name: expect.stringMatching(/^orders\.[0-9a-f]{16}$/) },
      involvedObject: {
        apiVersion: 'sync.cdata.com/v1alpha1',
        kind: 'SyncJob',
        name: 'orders',
        namespace: 'team-a',
        uid: 'uid-orders',
      },
      type: 'Warning',
      reason: 'RunFailed',
      message: 'Run 7 failed',
      count: 1,
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
      source: { component: 'sync-operator' },
    },
  ]);
});

test('the same event counts up within ten minutes, and is a new one later', async () => {
  const { recorder, clock, events } = recording();
  for (let i = 0; i < 4; i++) {
    recorder.record(target(), 'Normal', 'Updated', 'same');
    await clock.advance(60_000);
  }
  expect(events()).toMatchObject([{ count: 4, lastTimestamp: '2026-01-01T00:03:00Z' }]);
  await clock.advance(700_000);
  recorder.record(target(), 'Normal', 'Updated', 'same');
  recorder.record(target(), 'Normal', 'Updated', 'other');
  recorder.record(target('customers'), 'Normal', 'Updated', 'same');
  await clock.advance(1_000);
  expect(events().map(({ count }) => count)).toEqual([4, 1, 1, 1]);
});

test('repeats that come before the first is sent make one request', async () => {
  const { recorder, clock, events, network } = recording();
  recorder.record(target('first'), 'Normal', 'A', 'a');
  for (let i = 0; i < 20; i++) recorder.record(target(), 'Normal', 'Updated', 'same');
  await clock.advance(1_000);
  expect(network.exchanges).toHaveLength(2);
  expect(events()).toMatchObject([{ count: 1 }, { count: 20 }]);
});

test('an event that the server has forgotten is made again', async () => {
  const { recorder, clock, api, events } = recording();
  recorder.record(target(), 'Normal', 'Updated', 'same');
  await clock.advance(1_000);
  for (const path of api.objects.keys()) api.remove(path);
  recorder.record(target(), 'Normal', 'Updated', 'same');
  await clock.advance(1_000);
  expect(events()).toMatchObject([{ count: 2 }]);
});

test('one noisy object has 25 events, then one in five minutes; others are not held back', async () => {
  const { recorder, clock, events, total } = recording();
  for (let i = 0; i < 100; i++) {
    recorder.record(target(), 'Normal', 'Updated', `message ${i}`);
    await clock.advance(100);
  }
  recorder.record(target('customers'), 'Normal', 'Updated', 'x');
  await clock.advance(1_000);
  expect(events()).toHaveLength(26);
  expect(total('limited')).toBe(75);
  await clock.advance(600_000);
  for (let i = 100; i < 110; i++) recorder.record(target(), 'Normal', 'Updated', `message ${i}`);
  await clock.advance(1_000);
  expect(events()).toHaveLength(28);
});

test('refused events are logged once a reason, counted, and hinder nobody', async () => {
  const { recorder, clock, api, logger, total } = recording();
  api.intercept = ({ body }) => (body.includes('gone') ? refused(404, 'NotFound') : refused(403, 'Forbidden'));
  for (let i = 0; i < 10; i++) recorder.record(target(`x${i}`), 'Normal', 'Updated', 'x');
  recorder.record(target('y'), 'Normal', 'Updated', 'gone');
  await clock.advance(10_000);
  expect(total('refused')).toBe(11);
  expect(logger.lines.map(({ level }) => level)).toEqual(['warn', 'warn']);
});

test('while the server is away events wait, at most a thousand of them', async () => {
  const { recorder, clock, api, events, total } = recording();
  api.intercept = () => refused(503, 'ServiceUnavailable');
  for (let i = 0; i < 1_100; i++) recorder.record(target(`x${i}`), 'Normal', 'Updated', 'x');
  await clock.advance(5_000);
  api.intercept = undefined;
  await clock.advance(60_000);
  expect(events()).toHaveLength(1_001);
  expect(total('dropped')).toBe(99);
  expect(total('sent')).toBe(1_001);
});

test('flush sends what waits, without waiting for a server that is away', async () => {
  const { recorder, clock, network, events } = recording();
  await settled(clock, recorder.flush(2_000));
  recorder.record(target(), 'Normal', 'Stopping', 'x');
  await settled(clock, recorder.flush(2_000));
  expect(events()).toHaveLength(1);
  network.fault = () => 'hang';
  recorder.record(target('y'), 'Normal', 'Stopping', 'x');
  const before = clock.monotonic();
  await settled(clock, recorder.flush(2_000));
  expect(clock.monotonic() - before).toBe(2_000);
});

test('a long message is cut at 1,024 characters, never within one', async () => {
  const { recorder, clock, events } = recording();
  recorder.record(target('a'), 'Normal', 'Updated', 'x'.repeat(5_000));
  recorder.record(target('b'), 'Normal', 'Updated', `${'x'.repeat(1_022)}😀😀`);
  await clock.advance(1_000);
  const messages = events().map(({ message }) => message as string);
  expect(messages[0]).toBe(`${'x'.repeat(1_023)}…`);
  expect(messages[1]).toBe(`${'x'.repeat(1_022)}…`);
});
