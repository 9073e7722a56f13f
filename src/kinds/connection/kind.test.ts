import { expect, test } from 'vitest';
import { createReadyFakes, resource } from '../../../test/kinds/fakes.ts';
import { FIELDS } from '../../api/syncConnection.ts';
import type { RemoteObject } from '../../engine/remote.ts';
import type { Json, JsonObject } from '../../ports/json.ts';
import type { TestResult } from '../../sync/apis/connections.ts';
import { SyncError } from '../../sync/errors.ts';
import { createConnectionKind } from './kind.ts';

const CANARY = 'canary-Pa55word';
const required = { workspaceRef: { name: 'main' }, name: 'CRM' };
const connection = (spec: JsonObject = {}, more: object = {}) =>
  resource('SyncConnection', 'new', { spec: { ...required, ...spec }, ...more });

async function gather(spec: JsonObject, fakes = createReadyFakes()) {
  return createConnectionKind(fakes.context).gather(connection(spec));
}

const SAMPLES: Readonly<Record<string, Json>> = {
  string: 'x',
  boolean: true,
  vocabulary: 'Daily',
  json: 'x',
  set: ['b', 'a'],
};

/** A key that the entry of the table is about. */
const keyOf = (keys: RegExp | undefined) => ['Password', 'Server'].find((key) => keys?.test(key)) ?? 'User';

const direct = FIELDS.filter(
  ({ path, change }) => change !== 'local' && change !== 'fixed' && !path.startsWith('propertiesFrom'),
);

test.each(direct)('$path ($change) reaches the server when set alone', async ({ path, change, equality, keys }) => {
  const full = path.replace('*', keyOf(keys));
  const [head, inner] = full.split('.') as [string, string | undefined];
  const value = SAMPLES[equality]!;
  const { desired } = await gather({ [head]: inner === undefined ? value : { [inner]: value } });
  const where = change === 'writeOnly' ? desired.secrets : desired.fields;
  expect(where.get(full)).toEqual(value);
  expect(desired.fields.size + desired.secrets.size).toBe(path === 'name' ? 1 : 2);
});

test('values from Secrets are secrets, those from ConfigMaps are not, unless the property is called one', async () => {
  const fakes = createReadyFakes();
  fakes.secrets.set('team/crm', { user: CANARY });
  fakes.configMaps.set('team/crm', { host: 'crm.example.com', pwd: `${CANARY}2` });
  const configMapKeyRef = (key: string) => ({ configMapKeyRef: { name: 'crm', key } });
  const { desired } = await gather(
    {
      propertiesFrom: [
        { property: 'User', secretKeyRef: { name: 'crm', key: 'user' } },
        { property: 'Server', ...configMapKeyRef('host') },
        { property: 'Password', ...configMapKeyRef('pwd') },
      ],
    },
    fakes,
  );
  expect(Object.fromEntries(desired.fields)).toEqual({ name: 'CRM', 'properties.Server': 'crm.example.com' });
  expect(Object.fromEntries(desired.secrets)).toEqual({
    'properties.User': CANARY,
    'properties.Password': `${CANARY}2`,
  });
  expect(fakes.learned).toEqual([CANARY, `${CANARY}2`]);
});

test('a secret that stands in the spec is one all the same', async () => {
  const fakes = createReadyFakes();
  const { desired } = await gather({ properties: { AuthToken: CANARY, User: 'me' } }, fakes);
  expect(JSON.stringify([...desired.fields])).not.toContain(CANARY);
  expect(desired.secrets.get('properties.AuthToken')).toBe(CANARY);
  expect(fakes.learned).toEqual([CANARY]);
});

test('a missing Secret blocks, naming property and key; what is being deleted needs none', async () => {
  const spec = { propertiesFrom: [{ property: 'Password', secretKeyRef: { name: 'gone', key: 'pw' } }] };
  await expect(gather(spec)).rejects.toMatchObject({
    reason: 'SecretNotFound',
    message: 'Secret team/gone does not exist; property Password in spec.propertiesFrom needs its key pw',
  });
  const fakes = createReadyFakes();
  const leaving = connection(spec, { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } });
  expect((await createConnectionKind(fakes.context).gather(leaving)).desired.secrets.size).toBe(0);
});

test('its Secrets are watched until it is gone', async () => {
  const fakes = createReadyFakes();
  fakes.secrets.set('team/crm', { pw: CANARY });
  const kind = createConnectionKind(fakes.context);
  const made = connection({ propertiesFrom: [{ property: 'Password', secretKeyRef: { name: 'crm', key: 'pw' } }] });
  fakes.put(made);
  await kind.gather(made);
  expect(fakes.watched.get('SyncConnection/team/new')).toHaveLength(1);
  expect(kind.references(made)).toEqual(['SyncWorkspace/team/main', 'Secret/team/crm']);
  fakes.drop(made);
  expect(fakes.watched.get('SyncConnection/team/new')).toEqual([]);
});

// ---- tests

/** One pass after another over a settled connection, with the replies to its tests. */
function testing(spec: JsonObject, replies: (TestResult | Error)[]) {
  const fakes = createReadyFakes();
  const kind = createConnectionKind(fakes.context);
  let calls = 0;
  const asked: string[] = [];
  Object.assign(fakes.client.connections, {
    test: async () => {
      const reply = replies[calls++] ?? { ok: true, words: '' };
      if (reply instanceof Error) throw reply;
      return reply;
    },
    update: async () => {},
    resetCredentials: async (id: string) => void asked.push(`credentials ${id}`),
    resetMetadata: async (id: string) => void asked.push(`metadata ${id}`),
  });
  const status: JsonObject = { id: 'c-1' };
  return {
    fakes,
    asked,
    calls: () => calls,
    async pass({ writes = false, tokens = [] as string[] } = {}) {
      const { remote, hooks } = await kind.gather(connection({ test: spec }, { status }));
      const origin = { entity: { id: 'c-1', raw: {} }, listed: false };
      const base: RemoteObject = { id: 'c-1', fields: new Map(), masked: new Set(), origin };
      if (writes) await remote.update(base, new Map());
      const now = fakes.clock.now();
      const input = { id: 'c-1', status, tokens: new Map(tokens.map((token) => [token, '1'])), wrote: false, now };
      const results = [];
      for (const action of hooks!.actions!(input)) {
        const result = await action
          .run()
          .catch((error: Error) => ({ ok: false, reason: error.name, message: '', status: {} }));
        Object.assign(status, result.status);
        results.push(`${action.name} ${result.reason}`);
      }
      const { conditions, againMs } = hooks!.report!({ id: 'c-1', status, now: fakes.clock.now() });
      const [tested] = conditions;
      return { results, tested: tested && `${tested.status} ${tested.reason}`, againMs };
    },
  };
}

test('without spec.test nothing is tested and nothing is said', async () => {
  const made = createReadyFakes();
  const { hooks } = await createConnectionKind(made.context).gather(connection());
  const input = { id: 'c-1', status: {}, tokens: new Map(), wrote: true, now: 0 };
  expect(hooks!.actions!(input)).toEqual([]);
  expect(hooks!.report!({ id: 'c-1', status: {}, now: 0 })).toEqual({ status: {}, conditions: [] });
});

test('it is tested when it never was, and after each write of ours, however much later that is confirmed', async () => {
  const { pass, calls } = testing({ onChange: true }, []);
  expect(await pass()).toMatchObject({ results: ['test TestSucceeded'], tested: 'True TestSucceeded' });
  expect((await pass()).results).toEqual([]);
  expect((await pass({ writes: true })).results).toEqual(['test TestSucceeded']);
  expect(calls()).toBe(2);
});

test('it is tested again after the interval', async () => {
  const { pass, fakes } = testing({ interval: '1h' }, [{ ok: false, words: 'login failed' }]);
  const first = await pass();
  expect(first).toMatchObject({ results: ['test TestFailed'], tested: 'False TestFailed', againMs: 3_600_000 });
  await fakes.clock.advance(3_599_000);
  expect(await pass()).toMatchObject({ results: [], againMs: 1_000 });
  await fakes.clock.advance(1_000);
  expect((await pass()).results).toEqual(['test TestSucceeded']);
});

test('a reply that does not say how it went is Unknown, and not asked for again and again', async () => {
  const { pass, fakes } = testing({ onChange: true }, [{ ok: undefined, words: '' }]);
  expect(await pass()).toMatchObject({ results: ['test TestUnclear'], tested: 'Unknown TestUnclear' });
  await fakes.clock.advance(24 * 3_600_000);
  expect(await pass()).toMatchObject({ results: [], tested: 'Unknown TestUnclear', againMs: undefined });
});

const failure = (kind: 'unsupported' | 'foreign') => new SyncError('connections.test', 'idempotent', { kind }, 'no');

test('a server without tests says so; a call that failed is tried again after a while', async () => {
  expect(await testing({ onChange: true }, [failure('unsupported')]).pass()).toMatchObject({
    tested: 'Unknown TestUnsupported',
  });
  const { pass, fakes } = testing({ onChange: true }, [failure('foreign')]);
  expect(await pass()).toMatchObject({ results: ['test RemoteError'], tested: 'Unknown NotTested', againMs: 300_000 });
  expect((await pass()).results).toEqual([]);
  await fakes.clock.advance(300_000);
  expect((await pass()).results).toEqual(['test TestSucceeded']);
});

test('a reset is made when it is asked for, once', async () => {
  const { pass, asked } = testing({}, []);
  const { results } = await pass({ tokens: ['reset-credentials-requested-at', 'reset-metadata-requested-at'] });
  expect(results).toEqual(['reset-credentials CredentialsReset', 'reset-metadata MetadataReset']);
  expect((await pass()).results).toEqual([]);
  expect(asked).toEqual(['credentials c-1', 'metadata c-1']);
});
