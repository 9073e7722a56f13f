import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { listen } from '../../test/support/listen.ts';
import { CutConnection, type Handler } from '../../test/support/server.ts';
import { type Connection, type Endpoint, type HttpResponse, TransportError } from './transport.ts';
import { explainConnectError, explainExchangeError } from './undiciErrors.ts';
import { undiciTransport } from './undiciTransport.ts';

const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Pair {
  cert: string;
  key: string;
}
let server: Pair;
let client: Pair;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'transport-'));
  server = selfSigned('server', 'DNS:sync.test,IP:127.0.0.1');
  client = selfSigned('client', 'DNS:client.test');
});
afterAll(() => rmSync(folder, { recursive: true }));

function selfSigned(name: string, altNames: string): Pair {
  const cert = join(folder, `${name}.crt`);
  const key = join(folder, `${name}.key`);
  const options = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${altNames}`];
  execFileSync('openssl', ['req', '-x509', ...options, ...subject, '-keyout', key, '-out', cert], { stdio: 'pipe' });
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}

function open(endpoint: Endpoint): Connection {
  const connection = undiciTransport().connect(endpoint);
  closing.push(() => connection.close());
  return connection;
}

async function serve(handler: Handler, tls?: Pair): Promise<string> {
  const listening = await listen(handler, 0, tls);
  closing.push(listening.close);
  return listening.url;
}

async function tcp(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    listener.close();
  });
  return (listener.address() as AddressInfo).port;
}

const get = { method: 'GET', path: '/', headers: {} };

async function text(response: HttpResponse): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of response.body) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

async function failure(promise: Promise<unknown>): Promise<{ failure: string; sent: boolean }> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TransportError);
  return { failure: (error as TransportError).failure, sent: (error as TransportError).sent };
}

test('sends method, path, headers and body and returns status, headers and bytes', async () => {
  const url = await serve(async (request) => ({
    status: 201,
    headers: { 'x-seen': `${request.method} ${request.path} ${request.headers['x-a']}` },
    body: `got ${request.body}`,
  }));
  const response = await open({ origin: url }).request({
    method: 'POST',
    path: '/a?b=c%20d',
    headers: { 'x-a': '1' },
    body: 'böse',
  });
  expect(response.status).toBe(201);
  expect(response.headers['x-seen']).toBe('POST /a?b=c%20d 1');
  expect(await text(response)).toBe('got böse');
});

test('joins repeated headers', async () => {
  const port = await tcp((socket) =>
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nWarning: a\r\nWarning: b\r\ncontent-length: 0\r\n\r\n')),
  );
  const response = await open({ origin: `http://127.0.0.1:${port}` }).request(get);
  expect(response.headers.warning).toBe('a, b');
});

test('follows no redirect', async () => {
  const url = await serve(async () => ({ status: 302, headers: { location: '/elsewhere' } }));
  expect((await open({ origin: url }).request(get)).status).toBe(302);
});

test('uses one connection for calls in turn', async () => {
  let sockets = 0;
  const listener: Server = createHttpServer((_, response) => void response.end('x'));
  listener.on('connection', () => sockets++);
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  closing.push(() => listener.close());
  const connection = open({ origin: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`, connections: 1 });
  for (let i = 0; i < 5; i++) await text(await connection.request(get));
  expect(sockets).toBe(1);
});

test('streams a body piece by piece while it is written', async () => {
  let release = () => {};
  const more = new Promise<void>((resolve) => {
    release = resolve;
  });
  const url = await serve(async () => ({
    status: 200,
    body: (async function* () {
      yield Buffer.from('one');
      await more;
      yield Buffer.from('two');
    })(),
  }));
  const pieces = (await open({ origin: url }).request(get)).body[Symbol.asyncIterator]();
  expect(Buffer.from((await pieces.next()).value!).toString()).toBe('one');
  release();
  expect(Buffer.from((await pieces.next()).value!).toString()).toBe('two');
  expect((await pieces.next()).done).toBe(true);
});

test('refused: nobody listens', async () => {
  const port = await tcp(() => {});
  await closing.pop()!();
  expect(await failure(open({ origin: `http://127.0.0.1:${port}` }).request(get))).toEqual({
    failure: 'refused',
    sent: false,
  });
});

test('dns: the name does not exist', async () => {
  expect(await failure(open({ origin: 'http://no-such-host.invalid:80' }).request(get))).toEqual({
    failure: 'dns',
    sent: false,
  });
});

test('connectTimeout: the TLS handshake never ends', async () => {
  const port = await tcp(() => {});
  const connection = open({ origin: `https://127.0.0.1:${port}`, connectTimeoutMs: 50 });
  expect(await failure(connection.request(get))).toEqual({ failure: 'connectTimeout', sent: false });
});

test('tls: an unknown authority, another name, and plain HTTP on the port', async () => {
  const url = await serve(async () => ({ status: 200 }), server);
  expect(await failure(open({ origin: url }).request(get))).toEqual({ failure: 'tls', sent: false });
  const wrongName = open({ origin: url, tls: { ca: server.cert, serverName: 'other.test' } });
  expect(await failure(wrongName.request(get))).toEqual({ failure: 'tls', sent: false });
  const plain = (await serve(async () => ({ status: 200 }))).replace('http:', 'https:');
  expect(await failure(open({ origin: plain }).request(get))).toEqual({ failure: 'tls', sent: false });
  const badCa = open({ origin: url, tls: { cert: 'not a certificate', key: 'not a key' } });
  expect((await failure(badCa.request(get))).sent).toBe(false);
});

test('tls: a trusted authority, a server name of its own, or no verification', async () => {
  const url = await serve(async () => ({ status: 200 }), server);
  expect((await open({ origin: url, tls: { ca: server.cert } }).request(get)).status).toBe(200);
  const named = open({ origin: url, tls: { ca: server.cert, serverName: 'sync.test' } });
  expect((await named.request(get)).status).toBe(200);
  expect((await open({ origin: url, tls: { insecureSkipVerify: true } }).request(get)).status).toBe(200);
});

test('tls: a client certificate is shown to the server', async () => {
  let requests = 0;
  const strict = createTlsServer(
    { ...server, ca: client.cert, requestCert: true, rejectUnauthorized: true },
    (socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        requests++;
        socket.end('HTTP/1.1 204 No Content\r\n\r\n');
      });
    },
  );
  await new Promise<void>((resolve) => strict.listen(0, '127.0.0.1', resolve));
  closing.push(() => strict.close());
  const origin = `https://127.0.0.1:${(strict.address() as AddressInfo).port}`;
  expect((await open({ origin, tls: { ca: server.cert, ...client } }).request(get)).status).toBe(204);
  // This server hangs up without a word, so the client cannot know that nothing was read.
  expect(await failure(open({ origin, tls: { ca: server.cert } }).request(get))).toEqual({
    failure: 'reset',
    sent: true,
  });
  expect(requests).toBe(1);
});

test.each([
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tls', false],
  ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', 'tls', false],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'tls', false],
  ['ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC', 'protocol', true],
  ['EPIPE', 'reset', true],
])('once a request was handed over, %s means %s', (code, name, sent) => {
  const error = explainExchangeError(Object.assign(new Error('x'), { code }), true);
  expect([error.failure, error.sent]).toEqual([name, sent]);
});

test.each([
  ['EHOSTUNREACH', 'refused'],
  ['ENETUNREACH', 'refused'],
  ['EAI_AGAIN', 'dns'],
  ['ECONNRESET', 'reset'],
  ['ETIMEDOUT', 'connectTimeout'],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'tls'],
])('while the connection is set up, %s means %s and nothing was sent', (code, name) => {
  const both = new AggregateError([Object.assign(new Error('x'), { code })]);
  const error = explainConnectError(both, 'server');
  expect([error.failure, error.sent]).toEqual([name, false]);
});

test('reset or protocol: a plain client on a TLS port', async () => {
  const url = (await serve(async () => ({ status: 200 }), server)).replace('https:', 'http:');
  const seen = await failure(open({ origin: url }).request(get));
  expect(['reset', 'protocol']).toContain(seen.failure);
});

test('protocol: not HTTP', async () => {
  const port = await tcp((socket) => socket.once('data', () => socket.end('220 mail.test ESMTP\r\n')));
  expect(await failure(open({ origin: `http://127.0.0.1:${port}` }).request(get))).toEqual({
    failure: 'protocol',
    sent: true,
  });
});

test('reset: the server closes before it answers, or within the body', async () => {
  const url = await serve(async ({ path }) => {
    if (path === '/before') throw new CutConnection();
    return {
      status: 200,
      body: (async function* () {
        yield Buffer.from('half');
        throw new CutConnection();
      })(),
    };
  });
  const connection = open({ origin: url });
  expect(await failure(connection.request({ ...get, path: '/before' }))).toEqual({ failure: 'reset', sent: true });
  const response = await connection.request({ ...get, path: '/within' });
  expect(await failure(text(response))).toEqual({ failure: 'reset', sent: true });
});

test('aborted: before, while it waits for a connection, while it waits for the answer, within the body', async () => {
  const url = await serve(async ({ path, signal }) => {
    if (path === '/hang') await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    return {
      status: 200,
      body: (async function* () {
        yield Buffer.from('x');
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      })(),
    };
  });
  const connection = open({ origin: url, connections: 1 });
  expect(await failure(connection.request({ ...get, signal: AbortSignal.abort() }))).toEqual({
    failure: 'aborted',
    sent: false,
  });

  const streaming = new AbortController();
  const response = await connection.request({ ...get, signal: streaming.signal });
  const queued = new AbortController();
  const waiting = failure(connection.request({ ...get, path: '/hang', signal: queued.signal }));
  queued.abort(new Error('any reason'));
  expect(await waiting).toEqual({ failure: 'aborted', sent: false });

  const pieces = response.body[Symbol.asyncIterator]();
  await pieces.next();
  streaming.abort(new Error('any reason'));
  expect(await failure(pieces.next())).toEqual({ failure: 'aborted', sent: true });

  const arrived = Promise.withResolvers<void>();
  const port = await tcp((socket) => socket.once('data', () => arrived.resolve()));
  const answering = new AbortController();
  const unanswered = failure(
    open({ origin: `http://127.0.0.1:${port}` }).request({ ...get, signal: answering.signal }),
  );
  await arrived.promise;
  answering.abort();
  expect(await unanswered).toEqual({ failure: 'aborted', sent: true });
});

test('a body that its reader leaves frees the connection', async () => {
  const left = Promise.withResolvers<void>();
  const url = await serve(async ({ path, signal }) => {
    if (path === '/next') return { status: 204 };
    signal.addEventListener('abort', () => left.resolve());
    return {
      status: 200,
      body: (async function* () {
        for (;;) {
          yield Buffer.from('x');
          await new Promise((resolve) => setImmediate(resolve));
        }
      })(),
    };
  });
  const connection = open({ origin: url, connections: 1 });
  for await (const _ of (await connection.request(get)).body) break;
  await left.promise;
  expect((await connection.request({ ...get, path: '/next' })).status).toBe(204);
});

test('through a proxy: plain by forwarding, TLS by a tunnel whose certificate is the server`s', async () => {
  const seen: string[] = [];
  const proxyUrl = await proxy(seen);
  const plain = await serve(async () => ({ status: 200, body: 'plain' }));
  expect(await text(await open({ origin: plain, proxyUrl }).request(get))).toBe('plain');
  const tls = await serve(async () => ({ status: 200, body: 'secret' }), server);
  expect(await text(await open({ origin: tls, proxyUrl, tls: { ca: server.cert } }).request(get))).toBe('secret');
  expect(seen).toEqual([`GET ${plain}/`, `CONNECT ${new URL(tls).host}`]);
  expect(await failure(open({ origin: tls, proxyUrl }).request(get))).toEqual({ failure: 'tls', sent: false });
});

test('proxy: it refuses the tunnel, hangs up, is silent, or is not there', async () => {
  const origin = 'https://127.0.0.1:9';
  const refusing = await tcp((socket) =>
    socket.once('data', () => socket.end('HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n')),
  );
  const rude = await tcp((socket) => socket.once('data', () => socket.destroy()));
  const silent = await tcp(() => {});
  for (const port of [refusing, rude, silent]) {
    const connection = open({ origin, proxyUrl: `http://127.0.0.1:${port}`, connectTimeoutMs: 100 });
    expect(await failure(connection.request(get))).toEqual({ failure: 'proxy', sent: false });
  }
  const port = await tcp(() => {});
  await closing.pop()!();
  for (const target of [origin, 'http://127.0.0.1:9']) {
    const connection = open({ origin: target, proxyUrl: `http://127.0.0.1:${port}` });
    expect(await failure(connection.request(get))).toEqual({ failure: 'proxy', sent: false });
  }
});

async function proxy(seen: string[]): Promise<string> {
  const listener = createHttpServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    fetch(request.url!).then(async (reply) => response.writeHead(reply.status).end(await reply.text()));
  });
  listener.on('connect', (request, socket) => {
    seen.push(`CONNECT ${request.url}`);
    const { hostname, port } = new URL(`http://${request.url}`);
    const upstream = connectTcp(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    listener.close();
    listener.closeAllConnections();
  });
  return `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
}
