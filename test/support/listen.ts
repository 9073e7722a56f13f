import { createServer, type IncomingMessage, type ServerResponse as NodeResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { CutConnection, type Handler } from './server.ts';

export interface Listening {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** Shows another certificate from now on; open connections are cut. Only over TLS. */
  renew(tls: { cert: string; key: string }): void;
  close(): Promise<void>;
}

/** Serves a handler on loopback; port 0 picks a free one. */
export async function listen(handler: Handler, port = 0, tls?: { cert: string; key: string }): Promise<Listening> {
  const onRequest = (request: IncomingMessage, response: NodeResponse) => {
    serve(handler, request, response).catch(() => request.socket.destroy());
  };
  const server = tls ? createTlsServer(tls, onRequest) : createServer(onRequest);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    renew(renewed) {
      (server as TlsServer).setSecureContext(renewed);
      server.closeAllConnections();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(handler: Handler, request: IncomingMessage, response: NodeResponse): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) headers[name] = String(value);
  const body = Buffer.concat(chunks).toString('utf8');
  try {
    const reply = await handler({ method: request.method!, path: request.url!, headers, body, signal: gone.signal });
    response.writeHead(reply.status, reply.headers);
    if (reply.body === undefined || typeof reply.body === 'string') return void response.end(reply.body);
    response.flushHeaders();
    for await (const piece of reply.body) {
      if (gone.signal.aborted) return;
      if (!response.write(piece)) {
        await new Promise<void>((resolve) => {
          const done = () => {
            response.off('drain', done).off('close', done);
            resolve();
          };
          response.on('drain', done).on('close', done);
        });
      }
    }
    response.end();
  } catch (error) {
    if (error instanceof CutConnection) request.socket.destroy();
    else throw error;
  }
}
