import { readFileSync } from 'node:fs';
import { systemClock } from '../../src/ports/clock.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { createSimulator } from '../simulator/simulator.ts';
import { listen } from '../support/listen.ts';
import type { Handler } from '../support/server.ts';
import { answerWith, type Methods, wallMs } from './rpc.ts';

/** The Sync simulator in a process of its own, over TLS. Arguments: certificate, key, milliseconds that every reply takes. */
const [certFile, keyFile, delay] = process.argv.slice(2);
const delayMs = Number(delay);
const simulator = createSimulator({ clock: systemClock(), random: systemRandom() });
let calls = 0;
let writes = new Map<string, number>();

const handler: Handler = async (request) => {
  calls++;
  // The request log would grow with every call; what the bench needs of it is counted here.
  simulator.requests.length = 0;
  const id = request.method === 'PUT' ? request.path.split('/').at(-1)! : undefined;
  if (id !== undefined) writes.set(id, wallMs());
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  return simulator.handler(request);
};
const tls = { cert: readFileSync(certFile!, 'utf8'), key: readFileSync(keyFile!, 'utf8') };
const server = await listen(handler, 0, tls);

const methods = {
  about: () => ({ url: server.url, token: simulator.token }),
  /** Calls since the last time this was asked. */
  calls() {
    const seen = calls;
    calls = 0;
    return seen;
  },
  /** When each job was last written, by its id; forgets them. */
  writes() {
    const seen = Object.fromEntries(writes);
    writes = new Map();
    return seen;
  },
  jobs: () => simulator.state.jobs.size,
};
export type SyncMethods = typeof methods;
answerWith(methods as Methods);
process.once('SIGTERM', () => process.exit(0));
