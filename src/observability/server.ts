import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../ports/logger.ts';
import { parseAddress } from './address.ts';
import type { Exposition } from './meter.ts';

export interface EndpointOptions {
  /** `host:port`, `:port` or `0` for none; for `/healthz` and `/readyz`. */
  healthAddress: string;
  /** The same, for `/metrics`. May be the same address. */
  metricsAddress: string;
  /** The names of what is not ready yet: caches that are not synced. Empty: ready. */
  missing(): string[];
  scrape(): Promise<Exposition>;
  logger: Logger;
}

export interface Endpoints {
  /** `http://host:port` of each that listens. */
  healthUrl?: string;
  metricsUrl?: string;
  close(): Promise<void>;
}

type Route = (response: ServerResponse) => void | Promise<void>;

/** Serves health and metrics. Rejects, naming the address, when one cannot be listened on. */
export async function serveEndpoints(options: EndpointOptions): Promise<Endpoints> {
  const { healthAddress, metricsAddress } = options;
  const health: Record<string, Route> = {
    '/healthz': (response) => reply(response, 200, 'ok\n'),
    '/readyz': (response) => {
      const missing = options.missing();
      if (missing.length === 0) reply(response, 200, 'ok\n');
      else reply(response, 503, `not synced yet: ${missing.join(', ')}\n`);
    },
  };
  const metrics: Record<string, Route> = {
    '/metrics': async (response) => {
      const { contentType, body } = await options.scrape();
      reply(response, 200, body, contentType);
    },
  };
  const shared = healthAddress === metricsAddress;
  const servers: Server[] = [];
  const listen = async (address: string, routes: Record<string, Route>) => {
    const server = await serve(address, routes, options.logger);
    if (server) servers.push(server);
    return server && { url: urlOf(server) };
  };
  const close = async () => void (await Promise.all(servers.map(stop)));
  try {
    const first = await listen(healthAddress, shared ? { ...health, ...metrics } : health);
    const second = shared ? first : await listen(metricsAddress, metrics);
    return { ...(first && { healthUrl: first.url }), ...(second && { metricsUrl: second.url }), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function serve(text: string, routes: Record<string, Route>, logger: Logger): Promise<Server | undefined> {
  const address = parseAddress(text);
  if (address === 'off') return undefined;
  if (!address) throw new Error(`cannot listen on "${text}": it is not host:port`);
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, (request, response) => {
    const path = (request.url ?? '').split('?')[0]!;
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    request.resume();
    if (!route) return reply(response, 404, `there is ${Object.keys(routes).join(', ')}\n`);
    if (request.method !== 'GET' && request.method !== 'HEAD') return reply(response, 405, 'GET only\n');
    void answer(route, response).catch((error: unknown) => {
      logger.error({ error, path }, 'an endpoint failed');
      reply(response, 500, 'see the log\n');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new Error(`cannot listen on ${text}: ${error.message}`, { cause: error })));
    server.listen(address.port, address.host, resolve);
  });
  return server;
}

async function answer(route: Route, response: ServerResponse): Promise<void> {
  await route(response);
}

function reply(
  response: ServerResponse,
  status: number,
  body: string,
  contentType = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
