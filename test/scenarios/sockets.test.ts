import { type AddressInfo, createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { explainProbe } from '../../src/kinds/probe/health.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { silentMeter } from '../../src/ports/meter.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { undiciTransport } from '../../src/ports/undiciTransport.ts';
import { createSyncClient } from '../../src/sync/client.ts';
import { SyncError } from '../../src/sync/errors.ts';
import { createOrigins } from '../../src/sync/origin.ts';
import { listen } from '../support/listen.ts';

/** What a wrong URL comes to on real sockets, and what the SyncServer then says: the virtual network has neither TLS nor names. */

const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** What a SyncServer with this URL would say. */
async function findingAt(url: string): Promise<{ reason: string; message: string }> {
  const [clock, random] = [systemClock(), systemRandom()];
  const origins = createOrigins({ clock, random, transport: undiciTransport(), meter: silentMeter() });
  const client = createSyncClient({ clock, random, origins }, { url, auth: { method: 'Header', token: 'some-token' } });
  closing.push(() => client.close());
  const error = await client.workspaces.list().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SyncError);
  return explainProbe(error as SyncError, { url: client.origin, apiPath: client.apiPath });
}

async function portOf(server: ReturnType<typeof createServer>): Promise<number> {
  server.on('connection', (socket) => socket.on('error', () => {}));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

test('nothing listens', async () => {
  const server = createServer();
  const port = await portOf(server);
  await new Promise((resolve) => server.close(resolve));
  const { reason, message } = await findingAt(`http://127.0.0.1:${port}`);
  expect(reason).toBe('ServerUnreachable');
  expect(message).toMatch(/nothing accepts connections at .*check host and port of spec\.url/);
});

test('a host name that does not exist', async () => {
  const { reason, message } = await findingAt('http://sync.invalid');
  expect(reason).toBe('ServerUnreachable');
  expect(message).toMatch(/host name of http:\/\/sync\.invalid cannot be resolved: check spec\.url/);
});

test('http:// to a port that expects TLS', async () => {
  const port = await portOf(createTlsServer({}, (socket) => socket.end()));
  const { reason, message } = await findingAt(`http://127.0.0.1:${port}`);
  expect(reason).toBe('ServerUnreachable');
  expect(message).toMatch(/if the port expects TLS, spec\.url has to begin with https:\/\//);
});

test('https:// to a port that expects none', async () => {
  const { url, close } = await listen(async () => ({ status: 200, body: '{"value":[]}' }));
  closing.push(close);
  const { reason, message } = await findingAt(url.replace('http:', 'https:'));
  expect(reason).toBe('ServerUnreachable');
  expect(message).toMatch(/does not speak TLS: give the TLS port, or http:\/\/, in spec\.url/);
});

test('300 MB are refused at the limit: neither read to their end nor held', async () => {
  const megabyte = new Uint8Array(2 ** 20).fill(32);
  let sent = 0;
  async function* endless() {
    for (; sent < 300; sent++) yield megabyte;
  }
  const { url, close } = await listen(async () => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: endless(),
  }));
  closing.push(close);
  const { reason, message } = await findingAt(url);
  expect(reason).toBe('UnreadableReply');
  expect(message).toMatch(/larger than spec\.limits\.maxBodyBytes: raise it, if this is the right server/);
  // The limit of 64 MiB, and what buffers of sockets hold on the way.
  expect(sent).toBeLessThan(100);
});
