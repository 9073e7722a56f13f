import { expect, test } from 'vitest';
import { refused } from '../../test/kube/miniApi.ts';
import { settled, setup } from '../../test/kube/setup.ts';
import type { KubeError } from './errors.ts';
import { createValueReader, type ValueRef } from './secretReader.ts';

const SECRET = '/api/v1/namespaces/a/secrets/token';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const ref: ValueRef = { kind: 'Secret', namespace: 'a', name: 'token' };

function reading() {
  const given = setup();
  const reader = createValueReader(given);
  const told: string[] = [];
  reader.onChange((owner, { name }) => told.push(`${owner}: ${name}`));
  const put = (value: string) => given.api.put(SECRET, { data: { token: base64(value) } } as never);
  const read = () => settled(given.clock, reader.secret('a', 'token'));
  return { ...given, reader, told, put, read };
}

test('reads Secrets and ConfigMaps as text', async () => {
  const { api, clock, reader, put, read } = reading();
  put('hëllo');
  expect(await read()).toEqual({ data: { token: 'hëllo' }, resourceVersion: '11' });
  api.put('/api/v1/namespaces/a/configmaps/c', { data: { a: 'b' }, binaryData: { c: base64('d') } } as never);
  expect((await settled(clock, reader.configMap('a', 'c')))?.data).toEqual({ a: 'b', c: 'd' });
  expect(await settled(clock, reader.configMap('a', 'token'))).toBeUndefined();
});

test('whoever asks within a minute gets the same read, also while it is under way', async () => {
  const { clock, network, reader, put, read } = reading();
  put('one');
  await settled(clock, Promise.all([reader.secret('a', 'token'), reader.secret('a', 'token')]));
  put('two');
  await clock.advance(59_000);
  expect((await read())?.data.token).toBe('one');
  expect(network.exchanges).toHaveLength(1);
  await clock.advance(1_000);
  expect((await read())?.data.token).toBe('two');
});

test('what is missing or refused is looked for after 5 s, then ever less often', async () => {
  const { api, clock, network, put, read } = reading();
  expect(await read()).toBeUndefined();
  await clock.advance(4_000);
  await read();
  expect(network.exchanges).toHaveLength(1);
  for (let i = 0; i < 600; i++) {
    await clock.advance(1_000);
    await read();
  }
  expect(network.exchanges.length).toBeLessThan(15);
  api.intercept = () => refused(403, 'Forbidden');
  await clock.advance(60_000);
  const error = await read().catch((reason: KubeError) => reason);
  expect(error).toMatchObject({ status: 403, reason: 'Forbidden' });
  api.intercept = undefined;
  put('there');
  await clock.advance(60_000);
  expect((await read())?.data.token).toBe('there');
});

test('owners are told of changes, of vanishing and of coming back, within a minute', async () => {
  const { api, clock, reader, told, put, read } = reading();
  put('one');
  await read();
  reader.watch('job x', [ref]);
  reader.watch('job y', [ref]);
  await clock.advance(300_000);
  expect(told).toEqual([]);
  put('two');
  await clock.advance(61_000);
  expect(told).toEqual(['job x: token', 'job y: token']);
  reader.watch('job y', []);
  api.remove(SECRET);
  await clock.advance(61_000);
  expect(told.slice(2)).toEqual(['job x: token']);
  expect(await read()).toBeUndefined();
  expect(reader.lastKnown(ref)?.data.token).toBe('two');
  put('three');
  await clock.advance(61_000);
  expect(told.slice(3)).toEqual(['job x: token']);
});

test('an owner is told when reading is allowed again, not when the server was away for a while', async () => {
  const { api, clock, reader, told, put, network } = reading();
  put('one');
  reader.watch('job x', [ref]);
  await clock.advance(1_000);
  network.fault = () => 'before';
  await clock.advance(120_000);
  network.fault = undefined;
  await clock.advance(120_000);
  expect(told).toEqual([]);
  api.intercept = () => refused(403, 'Forbidden');
  await clock.advance(120_000);
  api.intercept = undefined;
  await clock.advance(120_000);
  expect(told).toEqual(['job x: token']);
});

test('re-reads go on once a minute a reference, whoever refers to it, and end', async () => {
  const { clock, network, reader, put } = reading();
  put('one');
  for (let i = 0; i < 50; i++) reader.watch(`job ${i}`, [ref]);
  await clock.advance(600_000);
  expect(network.exchanges.length).toBeGreaterThanOrEqual(10);
  expect(network.exchanges.length).toBeLessThanOrEqual(11);
  const before = network.exchanges.length;
  for (let i = 0; i < 50; i++) reader.watch(`job ${i}`, []);
  await clock.advance(600_000);
  expect(network.exchanges.length - before).toBeLessThanOrEqual(1);
  reader.watch('job', [ref]);
  reader.stop();
  await clock.advance(600_000);
  expect(network.exchanges.length - before).toBeLessThanOrEqual(2);
});

test('a handler that throws is logged, and others are told', async () => {
  const { clock, reader, told, put, logger } = reading();
  reader.onChange(() => {
    throw new Error('broken');
  });
  put('one');
  reader.watch('x', [ref]);
  reader.watch('y', [ref]);
  await clock.advance(1_000);
  put('two');
  await clock.advance(61_000);
  expect(told).toEqual(['x: token', 'y: token']);
  expect(logger.lines.map(({ level }) => level)).toEqual(['error', 'error']);
});
