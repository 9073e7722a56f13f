import { createServer, type Server } from 'node:net';

/**
 * Ports of loopback that nothing listens on. They lie below those that the system gives to outgoing connections, so that nothing
 * else takes them in the moment before they are used.
 */
export async function freePorts(count: number): Promise<number[]> {
  const held: Server[] = [];
  while (held.length < count) {
    const server = await hold(15_000 + Math.floor(Math.random() * 15_000));
    if (server) held.push(server);
  }
  const ports = held.map((server) => (server.address() as { port: number }).port);
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function hold(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
