import { expect, test } from 'vitest';
import type { Transport } from '../ports/transport.ts';
import { readOnly } from './readOnly.ts';

test('only reads go out, whatever asks for more', async () => {
  const sent: string[] = [];
  const network: Transport = {
    connect: () => ({
      async request({ method }) {
        sent.push(method);
        return { status: 200, headers: {}, body: (async function* () {})() };
      },
      async close() {},
    }),
  };
  const connection = readOnly(network, 'a plan').connect({ origin: 'http://sync.test' });
  for (const method of ['GET', 'HEAD']) await connection.request({ method, path: '/', headers: {} });
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    const refused = connection.request({ method, path: '/', headers: {} });
    await expect(refused).rejects.toMatchObject({ failure: 'refused', sent: false });
  }
  expect(sent).toEqual(['GET', 'HEAD']);
});
