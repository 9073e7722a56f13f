import { expect, test } from 'vitest';
import { SYNC_CONNECTION } from '../../api/syncConnection.ts';
import { SYNC_JOB } from '../../api/syncJob.ts';
import type { JsonObject } from '../../ports/json.ts';
import { looksComputed } from '../../sync/models/computed.ts';
import { fitToSchema } from './fit.ts';
import { createNamer, resourceNameOf } from './names.ts';
import { commandFor, keyNameOf } from './secrets.ts';

const fitted = (definition: Parameters<typeof fitToSchema>[0], spec: JsonObject) => {
  const notes: string[] = [];
  fitToSchema(definition, spec, 'x1', (text) => notes.push(text));
  return { spec, notes };
};

test('a value that the schema does not allow is left out, and said', () => {
  const place = { workspaceRef: { name: 'default' }, name: 'CRM', connector: 'Salesforce' };
  const { spec, notes } = fitted(SYNC_CONNECTION, { ...place, connectorVersion: 'the newest', labels: ['a'] });
  expect(spec).toEqual({ ...place, labels: ['a'] });
  expect(notes).toEqual(['connectorVersion is left out: must be a version such as 25.0.9000']);
});

test('what cannot be described well enough to be made is imported by its id', () => {
  const { spec, notes } = fitted(SYNC_JOB, { workspaceRef: { name: 'default' }, name: 'Nightly' });
  expect(spec).toEqual({ workspaceRef: { name: 'default' }, name: 'Nightly', id: 'x1' });
  expect(notes).toEqual([]);
});

test.each([
  ['CRM (Prod)', 'crm-prod'],
  ['  Ärger & Größe  ', 'arger-gro-e'],
  ['__', ''],
  ['9 to 5', '9-to-5'],
  ['x'.repeat(80), 'x'.repeat(50)],
  [`${'x'.repeat(49)} y`, 'x'.repeat(49)],
])('%s is called %s in Kubernetes', (text, name) => {
  expect(resourceNameOf(text)).toBe(name);
});

test('a name is given out once', () => {
  const nameFor = createNamer();
  expect(['a', 'a', 'a-2', 'a'].map(nameFor)).toEqual(['a', 'a-2', 'a-2-2', 'a-3']);
});

test('the command that makes a Secret is one that a shell takes, whatever the names are', () => {
  const secret = { name: 's', keys: [{ key: 'Pass', what: "it's\nhere" }] };
  expect(keyNameOf('Pass', secret)).toBe('Pass-2');
  expect(keyNameOf('my key/1', secret)).toBe('my-key-1');
  expect(commandFor(secret)).toBe(`kubectl create secret generic s --from-literal=Pass='<it'\\''s here>'`);
});

test.each([
  'created_at',
  'UpdatedAt',
  'last_run.status',
  'Workspace-Id',
  'permissions.can_update',
  'recordCount',
  'state',
])('%s is what a server works out itself', (path) => expect(looksComputed(path)).toBe(true));

test.each(['other_cache_options', 'new_flag', 'threads', 'Command-Timeout', 'template', 'options.format', 'priority'])(
  '%s is what somebody may have set',
  (path) => expect(looksComputed(path)).toBe(false),
);
