import { expect, test } from 'vitest';
import { createKindRig, KEY, ORIGIN, POLL_MS } from '../../../test/kinds/rig.ts';
import { createSeededRandom } from '../../../test/support/seededRandom.ts';
import type { Handler, ServerResponse } from '../../../test/support/server.ts';
import { type CallOutcome, SyncError } from '../../sync/errors.ts';
import { explainProbe } from './health.ts';

const place = { url: 'https://sync.example', apiPath: '/api.rsc/v2' };
const explain = (outcome: CallOutcome, message = 'workspaces.list (GET /x) failed: detail', words = '') =>
  explainProbe(new SyncError('workspaces.list', 'read', outcome, message, words), place);
const transport = (failure: Extract<CallOutcome, { kind: 'transport' }>['failure'], detail = 'detail') =>
  explain({ kind: 'transport', failure, sent: false }, `workspaces.list (GET /x) failed: ${detail}`);

/** What a session says of a server that answers like this. */
async function unusableFor(reply: ServerResponse | Handler | undefined, client = {}) {
  const rig = createKindRig();
  rig.network.serve(ORIGIN, typeof reply === 'function' ? reply : reply && (async () => reply));
  const session = rig.sessions.open(KEY, rig.settings({}, client));
  await rig.run(session.probed);
  return session.unusable;
}

const html = { 'content-type': 'text/html' };
const json = { 'content-type': 'application/json' };

test.each([
  [
    'a login page',
    { status: 200, headers: html, body: '<!doctype html><title>Log in</title>' },
    /login page or a proxy/,
  ],
  ['a redirect', { status: 302, headers: { location: 'https://idp.example/login' } }, /redirects elsewhere/],
  ['a proxy page', { status: 404, headers: html, body: '<html>not found</html>' }, /login page or a proxy/],
  ['plain text', { status: 200, headers: { 'content-type': 'text/plain' }, body: 'OK' }, /not from the API/],
  ['another API', { status: 200, headers: json, body: '{"hello":"world"}' }, /no list of workspaces/],
  ['no such path', { status: 404, headers: json, body: '{"error":{"message":"nothing here"}}' }, /check spec.apiPath/],
  [
    'plain HTTP on a TLS port',
    { status: 400, headers: html, body: '<html>The plain HTTP request was sent to HTTPS port</html>' },
    /check spec.url/,
  ],
])('a wrong URL that leads to %s needs a person, and says what to check', async (_, reply, message) => {
  const unusable = await unusableFor(reply);
  expect(unusable).toMatchObject({ reason: 'ForeignReply', stalled: true });
  expect(unusable?.message).toMatch(message);
});

test('a refused token is waited for ten minutes, then a person has to act', async () => {
  const rig = createKindRig();
  rig.simulator.console.revokeToken(rig.simulator.token);
  const session = rig.sessions.open(KEY, rig.settings());
  await rig.run(session.probed);
  expect(session.unusable).toMatchObject({ reason: 'Unauthorised', stalled: false });
  expect(session.unusable?.message).toContain('spec.auth.tokenSecretRef');
  await rig.clock.advance(11 * 60_000);
  expect(session.unusable?.stalled).toBe(true);
  rig.simulator.console.addToken(rig.simulator.token);
  await rig.clock.advance(2 * POLL_MS);
  expect(session.unusable?.reason).toBe('ServerNotReady');
});

test('an outage, an overload and a reply that breaks off pass by themselves', async () => {
  expect(await unusableFor(undefined)).toMatchObject({ reason: 'ServerUnreachable', stalled: false });
  expect(await unusableFor({ status: 503, headers: json, body: '{}' })).toMatchObject({
    reason: 'ServerUnreachable',
    stalled: false,
  });
  expect(await unusableFor({ status: 429, headers: { ...json, 'retry-after': '7' }, body: '{}' })).toMatchObject({
    reason: 'Throttled',
    stalled: false,
    retryAfterMs: 7_000,
  });
  expect(await unusableFor({ status: 200, headers: json, body: '{"value":[{"id":"1"' })).toMatchObject({
    reason: 'UnreadableReply',
    stalled: false,
  });
  expect(await unusableFor({ status: 200, headers: json, body: '{"error":{"message":"starting up"}}' })).toMatchObject({
    reason: 'UnreadableReply',
    message: expect.stringContaining('starting up'),
    stalled: false,
  });
});

test('a reply that is too large names the limit', async () => {
  const body = `{"value":[{"id":"1","name":"${'x'.repeat(2_000)}"}]}`;
  const unusable = await unusableFor({ status: 200, headers: json, body }, { limits: { maxBodyBytes: 1_024 } });
  expect(unusable).toMatchObject({ reason: 'UnreadableReply', stalled: true });
  expect(unusable?.message).toContain('spec.limits.maxBodyBytes');
});

test('failures to connect say what to check', () => {
  expect(transport('dns').message).toMatch(/cannot be resolved/);
  expect(transport('refused').message).toMatch(/NetworkPolicies/);
  expect(transport('proxy').message).toMatch(/spec.proxyUrl/);
  expect(transport('connectTimeout').message).toMatch(/firewalls/);
  expect(transport('timeout').message).toMatch(/spec.timeouts.read/);
  expect(transport('tls', 'self-signed certificate').message).toMatch(
    /self-signed certificate; give the CA in spec.tls/,
  );
  expect(transport('tls', 'SSL routines: wrong version number').message).toMatch(/does not speak TLS/);
  expect(transport('protocol').message).not.toMatch(/has to begin/);
  const plain = new SyncError('workspaces.list', 'read', { kind: 'transport', failure: 'protocol', sent: true }, 'x');
  expect(explainProbe(plain, { ...place, url: 'http://sync.example' }).message).toMatch(/has to begin with https:/);
  for (const failure of ['dns', 'refused', 'tls', 'timeout', 'reset', 'protocol', 'proxy', 'connectTimeout'] as const) {
    expect(transport(failure)).toMatchObject({ reason: 'ServerUnreachable', stalled: false, reachable: false });
  }
  expect(explain({ kind: 'circuitOpen', retryAfterMs: 5 })).toMatchObject({ reason: 'ServerUnreachable' });
});

test('a probe that was held back tells the failure for which calls are', () => {
  const outcome = { kind: 'transport', failure: 'tls', sent: false } as const;
  const cause = new SyncError('jobs.list', 'read', outcome, 'jobs.list failed: self-signed certificate');
  const held = { kind: 'circuitOpen', retryAfterMs: 7_000 } as const;
  const finding = explainProbe(new SyncError('workspaces.list', 'read', held, 'was not sent', '', cause), place);
  expect(finding).toMatchObject({ reason: 'ServerUnreachable', retryAfterMs: 7_000 });
  expect(finding.message).toMatch(/self-signed certificate; give the CA in spec.tls/);
});

test('while calls are held back the first failure stays the reason, so that nothing is written anew', async () => {
  const rig = createKindRig();
  const session = await rig.connect();
  session.workspace(rig.simulator.state.defaultWorkspaceId);
  await rig.clock.advance(1_000);
  rig.network.serve(ORIGIN, undefined);
  await rig.clock.advance(3 * POLL_MS);
  expect(session.client.circuitOpen).toBe(true);
  const { message, since } = session.unusable!;
  expect(message).toContain('nothing accepts connections');
  rig.said();
  await rig.clock.advance(20 * POLL_MS);
  expect(session.unusable).toMatchObject({ message, since });
  expect(rig.said()).toEqual([]);
});

test('after an outage nothing but the probe is sent before the server is known to be the same', async () => {
  const rig = createKindRig();
  const session = await rig.connect();
  const id = rig.simulator.state.defaultWorkspaceId;
  session.workspace(id);
  await rig.clock.advance(1_000);
  rig.network.serve(ORIGIN, undefined);
  await rig.clock.advance(20 * POLL_MS);
  const other = createKindRig({ random: createSeededRandom(8) }).simulator;
  other.state.tokens = rig.simulator.state.tokens;
  rig.network.serve(ORIGIN, other.handler);
  await rig.clock.advance(20 * POLL_MS);
  expect(session.unusable).toMatchObject({ reason: 'ServerChanged' });
  expect(other.requests.length).toBeGreaterThan(0);
  expect(other.requests.filter(({ path }) => path.includes(id))).toEqual([]);
});

test('a throttled poll says nothing against a server that is known to be well', async () => {
  const rig = createKindRig();
  const session = await rig.connect();
  rig.simulator.faults.add({ operation: 'workspaces.list', times: 2, effect: { kind: 'status', status: 429 } });
  await rig.clock.advance(2 * POLL_MS);
  expect(session.unusable).toBeUndefined();
});

test('the identity stays when one reply does not tell the default workspace', async () => {
  const rig = createKindRig();
  const session = await rig.connect();
  const { identity } = session;
  const empty: Handler = async ({ path }) =>
    path.endsWith('/workspaces')
      ? { status: 200, headers: json, body: '{"value":[]}' }
      : { status: 404, headers: json, body: '{"error":{"message":"not found"}}' };
  rig.network.serve(ORIGIN, empty);
  await rig.clock.advance(2 * POLL_MS);
  expect(session.identity).toBe(identity);
  expect(session.unusable).toBeUndefined();
});
