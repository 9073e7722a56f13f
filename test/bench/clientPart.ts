import { readFileSync } from 'node:fs';
import { systemClock } from '../../src/ports/clock.ts';
import { silentMeter } from '../../src/ports/meter.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { undiciTransport } from '../../src/ports/undiciTransport.ts';
import { createSyncClient } from '../../src/sync/client.ts';
import { createOrigins } from '../../src/sync/origin.ts';
import { answerWith, type Methods } from './rpc.ts';

/** The client library alone, in a process of its own. Arguments: URL, token, the certificate to trust. */
const [url, token, certFile] = process.argv.slice(2);
const [clock, random] = [systemClock(), systemRandom()];
const origins = createOrigins({ clock, random, transport: undiciTransport(), meter: silentMeter() });
const limits = { requestsPerSecond: 10_000, burst: 10_000, concurrency: 64 };
const client = createSyncClient(
  { clock, random, origins },
  { url: url!, auth: { method: 'Header', token: token! }, tls: { ca: readFileSync(certFile!, 'utf8') }, limits },
);

/** Runs `count` calls, 32 at a time; calls a second and CPU a call. */
async function run(count: number, call: (at: number) => Promise<unknown>) {
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  let next = 0;
  const worker = async () => {
    while (next < count) await call(next++);
  };
  await Promise.all(Array.from({ length: 32 }, worker));
  const { user, system } = process.cpuUsage(cpu);
  return { aSecond: count / ((performance.now() - began) / 1_000), cpuUsACall: (user + system) / count };
}

const methods = {
  /** Lists, reads and updates jobs of the default workspace; makes as many first as are asked for. */
  async measure(jobs: number, reads: number) {
    const made = new Map([
      ['name', 'CRM'],
      ['connector', 'Salesforce'],
    ]);
    const connection = (await client.connections.create('default', made)).entity!;
    const reference = { id: connection.id };
    const create = await run(jobs, (at) =>
      client.jobs.create(
        'default',
        new Map<string, never>([
          ['name', `Job ${at}`],
          ['type', 'Standard'],
          ['source', reference],
          ['destination', reference],
        ] as never),
      ),
    );
    const began = performance.now();
    const entities = await client.jobs.list('default');
    const listMs = performance.now() - began;
    if (entities.length !== jobs) throw new Error(`${entities.length} jobs listed instead of ${jobs}`);
    const get = await run(reads, (at) => client.jobs.get(entities[at % jobs]!.id));
    const put = await run(reads, (at) =>
      client.jobs.update(entities[at % jobs]!, new Map([['options.batchSize', 1_000 + at]])),
    );
    return { listMs, create, get, put };
  },
};
export type ClientMethods = typeof methods;
answerWith(methods as Methods);
process.once('SIGTERM', () => process.exit(0));
