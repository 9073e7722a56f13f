import { createKubeClient, type KubeClient } from '../../src/kube/client.ts';
import { systemClock } from '../../src/ports/clock.ts';
import type { Transport } from '../../src/ports/transport.ts';
import { undiciTransport } from '../../src/ports/undiciTransport.ts';
import { createCountingMeter } from '../kube/setup.ts';
import type { Access } from './controlPlane.ts';

/** Our own client, as the operator has it. */
export function clientOf(
  { url, ca }: Pick<Access, 'url' | 'ca'>,
  token: string,
  transport: Transport = undiciTransport(),
): KubeClient {
  const connection = {
    endpoint: { origin: url, tls: { ca } },
    basePath: '',
    headers: async () => ({ authorization: `Bearer ${token}` }),
  };
  const meter = createCountingMeter();
  return createKubeClient({ connection, transport, clock: systemClock(), meter, userAgent: 'test' });
}
