import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { secret } from '../support/manifests.ts';
import { makeCertificate } from './certificate.ts';
import { estate, nothingLostNothingDoubled, report } from './estate.ts';
import type { Operator } from './operator.ts';
import { openTheatre, type Theatre, trust } from './theatre.ts';

let theatre: Theatre;
let operator: Operator;
let second: ReturnType<typeof makeCertificate>;
const NEW_TOKEN = 'canary-second-token';

beforeAll(async () => {
  theatre = await openTheatre('rotation');
  second = makeCertificate(theatre.folder, 'second');
  await theatre.apply(trust(readFileSync(join(theatre.folder, 'sync.crt'), 'utf8'), second.pem));
  operator = await theatre.operator('rotating');
  await theatre.apply(estate(2));
  await theatre.allReady();
});
afterAll(() => theatre?.close());

const condition = async (type: string) => {
  const [server] = await theatre.list('SyncServer');
  return server!.status.conditions.find((one: { type: string }) => one.type === type);
};

test('a certificate of an authority that is trusted already goes unnoticed', async () => {
  await theatre.sync.call('renew', second.cert, second.key);
  await theatre.apply(estate(3, 2));
  await theatre.allReady();
  expect((await condition('Reachable')).status).toBe('True');
  await nothingLostNothingDoubled(theatre, 3, 2);
});

test('a revoked token and a certificate of an unknown authority are said, the token for Kubernetes is replaced, and their successors are taken', async () => {
  const { token } = await theatre.sync.call('about');
  await theatre.sync.call('addToken', NEW_TOKEN);
  await theatre.sync.call('revokeToken', token);
  await theatre.until('the token to be refused', async () => (await condition('Authenticated')).status === 'False');
  const third = makeCertificate(theatre.folder, 'third');
  await theatre.sync.call('renew', third.cert, third.key);
  await theatre.until('the server to be unreachable', async () => (await condition('Reachable')).status === 'False');
  expect((await condition('Reachable')).message).toMatch(/certificate/i);

  const began = Date.now();
  writeFileSync(join(theatre.folder, 'token'), await theatre.plane.renewOperatorToken());
  await theatre.apply(trust(third.pem), secret('sync-token', { token: NEW_TOKEN }), estate(4, 3));
  await theatre.until('the server to be reachable', async () => (await condition('Reachable')).status === 'True');
  report('reachable after the new authority was trusted', Date.now() - began);
  await theatre.until('the token to be taken', async () => (await condition('Authenticated')).status === 'True');
  report('authenticated after the new token was there', Date.now() - began);
  await theatre.allReady();
  await nothingLostNothingDoubled(theatre, 4, 3);
  expect(operator.exit()).toBeUndefined();
  expect(operator.output()).not.toContain(NEW_TOKEN);
});
