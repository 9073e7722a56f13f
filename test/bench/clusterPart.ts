import { readFileSync } from 'node:fs';
import { systemClock } from '../../src/ports/clock.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { createCluster } from '../cluster/cluster.ts';
import { readCrds } from '../cluster/readCrds.ts';
import type { Loose, Manifest } from '../cluster/types.ts';
import { listen } from '../support/listen.ts';
import { answerWith, type Methods, wallMs } from './rpc.ts';

/** The in-memory Kubernetes API in a process of its own, over TLS. Arguments: certificate, key. */
const [certFile, keyFile] = process.argv.slice(2);
const cluster = createCluster({ clock: systemClock(), random: systemRandom() });
for (const crd of readCrds('crds')) cluster.install(crd);
let calls = 0;
const server = await listen(
  (request) => {
    calls++;
    return cluster.handler(request);
  },
  0,
  { cert: readFileSync(certFile!, 'utf8'), key: readFileSync(keyFile!, 'utf8') },
);

const isReady = ({ metadata, status }: Loose) => {
  const ready = (status?.conditions as Loose[] | undefined)?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && ready.observedGeneration === metadata.generation;
};

const methods = {
  url: () => server.url,
  create(manifests: Manifest[]) {
    for (const manifest of manifests) cluster.create(manifest);
  },
  /** How many objects of a kind are Ready for their present generation. */
  ready: (kind: string) => cluster.objects(kind).filter((object) => isReady(object as unknown as Loose)).length,
  /** What is not Ready, at most five, with why. */
  lagging: (kind: string) =>
    cluster
      .objects(kind)
      .filter((object) => !isReady(object as unknown as Loose))
      .slice(0, 5)
      .map(({ metadata, status }) => `${metadata.name}: ${JSON.stringify((status as Loose)?.conditions ?? [])}`),
  /** Ids in Sync by name. */
  ids: (kind: string) =>
    Object.fromEntries(cluster.objects(kind).map(({ metadata, status }) => [metadata.name, (status as Loose)?.id])),
  /** Merges into the specs of the objects named; gives the wall time of each change. */
  change(kind: string, names: string[], spec: Loose) {
    const at: Record<string, number> = {};
    for (const name of names) {
      cluster.patch(kind, name, 'default', { spec });
      at[name] = wallMs();
    }
    return at;
  },
  /** Requests, and of these writes that are neither leases nor events, since the last time this was asked. */
  calls() {
    const written = cluster.writes.filter(({ resource }) => resource !== 'leases' && resource !== 'events').length;
    cluster.writes.length = 0;
    const seen = { calls, writes: written };
    calls = 0;
    return seen;
  },
};
export type ClusterMethods = typeof methods;
answerWith(methods as Methods);
process.once('SIGTERM', () => process.exit(0));
