import { readFileSync } from 'node:fs';
import { systemClock } from '../../src/ports/clock.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { answerWith, type Methods } from '../bench/rpc.ts';
import { dialectWith } from '../simulator/dialect.ts';
import type { FaultRule } from '../simulator/faults.ts';
import { createSimulator } from '../simulator/simulator.ts';
import { nameOf } from '../simulator/state.ts';
import { listen } from '../support/listen.ts';

/** The Sync simulator in a process of its own, over TLS. Arguments: certificate, key, dialect as JSON. */
const read = (cert: string, key: string) => ({ cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') });
const [cert, key, dialect] = process.argv.slice(2) as [string, string, string];
const simulator = createSimulator({
  clock: systemClock(),
  random: systemRandom(),
  dialect: dialectWith(JSON.parse(dialect)),
});
const server = await listen(simulator.handler, 0, read(cert, key));
const methods = {
  about: () => ({ url: server.url, token: simulator.token }),
  /** What reached an operation that changes something, in order: when, which, on what, and what came of it. */
  writes: () =>
    simulator.writes().map(({ at, operation, path, status, acted }) => ({ at, operation, path, status, acted })),
  /** Resolves once so many writes have arrived, answered or not. */
  async writesReach(count: number) {
    while (simulator.writes().length < count) await new Promise((resolve) => setTimeout(resolve, 2));
  },
  /** Whether a request for the operation is here and has no reply yet. */
  underWay: (operation: string) =>
    simulator.requests.some((request) => request.operation === operation && request.status === undefined),
  /** Names with what they have: tasks of jobs, properties of connections. */
  connections: () =>
    [...simulator.state.connections.values()].map((item) => ({
      name: nameOf(item),
      properties: item.fields.properties,
    })),
  jobs: () =>
    [...simulator.state.jobs.values()].map((item) => ({
      name: nameOf(item),
      tasks: item.children.map(({ fields }) => String(fields.table ?? fields.query)),
      schema: item.fields.destination_schema,
    })),
  fault: (rule: Omit<FaultRule, 'path'>) => void simulator.faults.add(rule),
  clearFaults: () => simulator.faults.clear(),
  addToken: (token: string) => simulator.console.addToken(token),
  revokeToken: (token: string) => simulator.console.revokeToken(token),
  renew: (newCert: string, newKey: string) => server.renew(read(newCert, newKey)),
};
export type SyncMethods = typeof methods;
answerWith(methods as Methods);
process.once('SIGTERM', () => process.exit(0));
