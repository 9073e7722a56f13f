import { request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { silentLogger } from '../ports/logger.ts';
import { parseAddress } from './address.ts';
import { createMeter } from './meter.ts';
import { type EndpointOptions, type Endpoints, serveEndpoints } from './server.ts';

const open: Endpoints[] = [];
afterEach(async () => {
  for (const endpoints of open.splice(0)) await endpoints.close();
});

async function serve(options: Partial<EndpointOptions> = {}): Promise<Endpoints> {
  const endpoints = await serveEndpoints({
    healthAddress: '127.0.0.1:0',
    metricsAddress: '0',
    missing: () => [],
    scrape: async () => ({ contentType: 'text/plain', body: 'a 1\n' }),
    logger: silentLogger(),
    ...options,
  });
  open.push(endpoints);
  return endpoints;
}

function ask(url: string, method = 'GET'): Promise<{ status: number; type?: string; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, agent: false }, async (response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode!, type: response.headers['content-type'], body });
    });
    sent.on('error', reject).end();
  });
}

test('health is always ok; readiness names what is missing until nothing is', async () => {
  let missing = ['SyncServer', 'SyncJob'];
  const { healthUrl } = await serve({ missing: () => missing });
  expect(await ask(`${healthUrl}/healthz`)).toMatchObject({ status: 200, body: 'ok\n' });
  expect(await ask(`${healthUrl}/readyz`)).toMatchObject({
    status: 503,
    body: 'not synced yet: SyncServer, SyncJob\n',
  });
  missing = [];
  expect(await ask(`${healthUrl}/readyz?verbose`)).toMatchObject({ status: 200, body: 'ok\n' });
});

test('metrics have an address of their own, with what the meter holds', async () => {
  const meter = createMeter();
  meter.counter('things_total', 'Things').inc();
  const { healthUrl, metricsUrl } = await serve({ metricsAddress: 'localhost:0', scrape: meter.scrape });
  const metrics = await ask(`${metricsUrl}/metrics`);
  expect(metrics).toMatchObject({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8' });
  expect(metrics.body).toContain('things_total 1');
  expect((await ask(`${healthUrl}/metrics`)).status).toBe(404);
  expect((await ask(`${metricsUrl}/healthz`)).status).toBe(404);
});

test('one address can serve both, and 0 serves nothing', async () => {
  const both = await serve({ metricsAddress: '127.0.0.1:0' });
  expect(both.metricsUrl).toBe(both.healthUrl);
  expect((await ask(`${both.metricsUrl}/metrics`)).status).toBe(200);
  expect((await ask(`${both.metricsUrl}/healthz`)).status).toBe(200);
  const none = await serve({ healthAddress: '0' });
  expect([none.healthUrl, none.metricsUrl]).toEqual([undefined, undefined]);
});

test('only reading is answered', async () => {
  const { healthUrl } = await serve();
  expect((await ask(`${healthUrl}/healthz`, 'POST')).status).toBe(405);
  expect(await ask(`${healthUrl}/healthz`, 'HEAD')).toMatchObject({ status: 200, body: '' });
  expect((await ask(`${healthUrl}/`)).body).toBe('there is /healthz, /readyz\n');
  expect((await ask(`${healthUrl}/constructor`)).status).toBe(404);
});

test('a failing scrape is answered and logged, and the next one works', async () => {
  const logged: string[] = [];
  let fails = true;
  const { metricsUrl } = await serve({
    metricsAddress: '127.0.0.1:0',
    scrape: async () => {
      if (fails) throw new Error('broken collector');
      return { contentType: 'text/plain', body: 'a 1\n' };
    },
    logger: { ...silentLogger(), error: ({ error }) => void logged.push(String(error)) },
  });
  expect(await ask(`${metricsUrl}/metrics`)).toMatchObject({ status: 500, body: 'see the log\n' });
  expect(logged).toEqual(['Error: broken collector']);
  fails = false;
  expect((await ask(`${metricsUrl}/metrics`)).status).toBe(200);
});

test('an address that is taken is named, and nothing is left open', async () => {
  const taken = (await serve()).healthUrl!.replace('http://', '');
  await expect(serve({ metricsAddress: taken })).rejects.toThrow(`cannot listen on ${taken}: `);
  await expect(serve({ healthAddress: 'nonsense' })).rejects.toThrow(
    'cannot listen on "nonsense": it is not host:port',
  );
});

test.each([
  ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
  [':8080', { port: 8080 }],
  ['[::1]:80', { host: '::1', port: 80 }],
  ['metrics.local:1', { host: 'metrics.local', port: 1 }],
  ['0', 'off'],
  ['8080', undefined],
  ['host:', undefined],
  ['host:65536', undefined],
  ['::1:80', undefined],
  ['', undefined],
])('address %j is %j', (text, expected) => {
  expect(parseAddress(text)).toEqual(expected);
});
