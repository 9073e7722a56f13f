import { expect, test } from 'vitest';
import { CutConnection } from '../support/server.ts';
import { createRig } from './rig.ts';

test('a fault strikes as often as it says, where it says, after what it lets through', async () => {
  const { call, simulator } = createRig();
  const fault = simulator.faults.add({
    operation: 'workspaces.list',
    method: 'GET',
    after: 1,
    times: 2,
    effect: { kind: 'status', status: 503, retryAfter: '7' },
  });
  const statuses = [];
  for (let i = 0; i < 4; i++) statuses.push((await call('GET', '/workspaces')).status);
  expect(statuses).toEqual([200, 503, 503, 200]);
  expect(fault.hits()).toBe(2);
  simulator.faults.add({
    path: /users/,
    times: 9,
    effect: { kind: 'status', status: 429, retryAfter: '1', body: 'slow down' },
  });
  expect((await call('GET', '/workspaces')).status).toBe(200);
  expect(await call('GET', '/users')).toMatchObject({
    status: 429,
    text: 'slow down',
    headers: { 'retry-after': '1' },
  });
  simulator.faults.clear();
  expect((await call('GET', '/users')).status).toBe(200);
});

test('a write may be lost before it acts, or only its reply', async () => {
  const { call, simulator } = createRig();
  const names = () => [...simulator.state.workspaces.values()].map((item) => item.fields.name);
  const create = (name: string) => call('POST', '/workspaces', { name }).catch((error: unknown) => error);
  const strike = (effect: Parameters<typeof simulator.faults.add>[0]['effect']) =>
    simulator.faults.add({ operation: /\.create$/, effect });
  strike({ kind: 'cut', acts: false });
  expect(await create('a')).toBeInstanceOf(CutConnection);
  strike({ kind: 'cut', acts: true });
  expect(await create('b')).toBeInstanceOf(CutConnection);
  strike({ kind: 'status', status: 502, acts: true });
  expect(await create('c')).toMatchObject({ status: 502 });
  strike({ kind: 'status', status: 502 });
  expect(await create('d')).toMatchObject({ status: 502 });
  strike({ kind: 'empty' });
  expect(await create('e')).toMatchObject({ status: 201, text: '' });
  strike({ kind: 'truncate', keep: 9 });
  expect(await create('f')).toBeInstanceOf(CutConnection);
  expect(names()).toEqual(['Default', 'b', 'c', 'e', 'f']);
  expect(simulator.writes().map((request) => [JSON.parse(request.body).name, request.acted, request.status])).toEqual([
    ['b', true, undefined],
    ['c', true, 502],
    ['e', true, 201],
    ['f', true, 201],
  ]);
});

test('replies that are not the API', async () => {
  const { call, simulator } = createRig();
  const strike = (effect: Parameters<typeof simulator.faults.add>[0]['effect']) => simulator.faults.add({ effect });
  strike({ kind: 'loginPage' });
  expect((await call('GET', '/workspaces')).text).toContain('<html>');
  strike({ kind: 'redirect', to: 'http://elsewhere.example/' });
  expect(await call('GET', '/workspaces')).toMatchObject({
    status: 302,
    headers: { location: 'http://elsewhere.example/' },
  });
  strike({ kind: 'errorInSuccess', message: 'no licence' });
  expect(await call('GET', '/workspaces')).toMatchObject({ status: 200, json: { error: { message: 'no licence' } } });
  strike({ kind: 'echo', secret: 'canary-1' });
  expect(await call('GET', '/workspaces')).toMatchObject({ status: 400, text: expect.stringContaining('canary-1') });
  strike({ kind: 'huge', bytes: 1_000_000 });
  const { text, json } = await call('GET', '/workspaces');
  expect(text.length).toBeGreaterThan(1_000_000);
  expect(json).toBeDefined();
});

test('half of a list, a slow reply and none at all', async () => {
  const { ok, call, simulator, clock } = createRig();
  for (const name of ['a', 'b', 'c']) simulator.console.createWorkspace(name);
  simulator.faults.add({ effect: { kind: 'halfList' } });
  expect((await ok('GET', '/workspaces')).value).toMatchObject([{ name: 'Default' }, { name: 'b' }]);
  simulator.faults.add({ effect: { kind: 'slow', ms: 5000 } });
  let done = false;
  void ok('GET', '/workspaces').then(() => {
    done = true;
  });
  await clock.advance(4999);
  expect(done).toBe(false);
  await clock.advance(1);
  expect(done).toBe(true);
  simulator.faults.add({ effect: { kind: 'hang', acts: true } });
  const client = new AbortController();
  const hung = call('POST', '/workspaces', { name: 'd' }, { signal: client.signal }).catch((error: unknown) => error);
  await clock.advance(3600_000);
  const last = simulator.requests.at(-1)!;
  expect([last.acted, last.status]).toEqual([true, undefined]);
  client.abort();
  expect(await hung).toBeInstanceOf(CutConnection);
});
