import { expect, test } from 'vitest';
import type { Desired } from '../../engine/kind.ts';
import type { Remote, RemoteObject } from '../../engine/remote.ts';
import type { Json } from '../../ports/json.ts';
import { spelledAs } from './spelling.ts';

async function read(wanted: string[], observed: Record<string, Json>, masked: string[] = []) {
  const object: RemoteObject = { id: 'x', fields: new Map(Object.entries(observed)), masked: new Set(masked) };
  const remote = { read: async () => ({ state: 'present', object }) } as unknown as Remote;
  const fields = new Map(wanted.map((path) => [path, 'x']));
  const result = await spelledAs({ fields, secrets: new Map() } as unknown as Desired, remote).read('x');
  return result.state === 'present' ? result.object : undefined;
}

test('properties fold case, unknown fields fold separators too, and both are told as the spec spells them', async () => {
  const wanted = ['name', 'properties.Server', 'properties.password', 'extra.options.new_flag'];
  const observed = {
    name: 'A',
    'properties.server': 's',
    'properties.Password': '****',
    'extra.Options.NewFlag': true,
    'extra.x': 1,
  };
  const object = await read(wanted, observed, ['properties.Password']);
  expect(Object.fromEntries(object!.fields)).toEqual({
    name: 'A',
    'properties.Server': 's',
    'properties.password': '****',
    'extra.options.new_flag': true,
    'extra.x': 1,
  });
  expect([...object!.masked]).toEqual(['properties.password']);
});

test('where the server has both spellings, that of the spec counts', async () => {
  const object = await read(['properties.Server'], { 'properties.server': 'a', 'properties.Server': 'b' });
  expect(Object.fromEntries(object!.fields)).toEqual({ 'properties.server': 'a', 'properties.Server': 'b' });
});

test('other names are left as they are', async () => {
  const object = await read(['schedule.cron'], { 'Schedule.Cron': 'x' });
  expect([...object!.fields.keys()]).toEqual(['Schedule.Cron']);
});
