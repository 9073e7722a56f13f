import { readFileSync } from 'node:fs';
import { systemClock } from '../../src/ports/clock.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { createCluster } from '../cluster/cluster.ts';
import { readCrds } from '../cluster/readCrds.ts';
import type { Loose, Manifest } from '../cluster/types.ts';
import { listen } from '../support/listen.ts';
import { isReady, lagging } from './ready.ts';
import { answerWith, type Methods, wallMs } from './rpc.ts';

/** The in-memory Kubernetes API in a process of its own, over TLS. Arguments: certificate, key. */
const [certFile, keyFile] = process.argv.slice(2);
const cluster = createCluster({ clock: systemClock(), random: systemRandom() });
for (const crd of readCrds('crds')) cluster.install(crd);
/** `kind/name` of what is Ready: asking the twin for ten thousand objects, several times a second, would take most of a core. */
const ready = new Set<string>();
cluster.observe((what, object) => {
  const key = `${object.kind}/${object.metadata.name}`;
  if (what !== 'DELETED' && isReady(object)) ready.add(key);
  else ready.delete(key);
});
const shown: Record<string, number> = {};
const cert = readFileSync(certFile!, 'utf8');
const server = await listen(cluster.handler, 0, { cert, key: readFileSync(keyFile!, 'utf8') });

const methods = {
  about: () => ({ url: server.url, ca: cert, token: 'bench' }),
  create(manifests: Manifest[]) {
    for (const manifest of manifests) cluster.create(manifest);
  },
  /** How many objects of a kind are Ready for their present generation. */
  ready: (kind: string) => [...ready].filter((key) => key.startsWith(`${kind}/`)).length,
  /** What is not Ready, at most five, with why. */
  lagging: (kind: string) => lagging(cluster.objects(kind)),
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
    Object.assign(shown, at);
    return at;
  },
  /** When watches showed the last change of each object, by its name. */
  shown: () => shown,
  /** What was written besides leases and events since the last time this was asked. */
  writes() {
    const ours = cluster.writes.filter(({ resource }) => resource !== 'leases' && resource !== 'events');
    cluster.writes.length = 0;
    return ours.map(({ verb, resource, name }) => `${verb} ${resource}/${name}`);
  },
};
export type ClusterMethods = typeof methods;
answerWith(methods as Methods);
process.once('SIGTERM', () => process.exit(0));
