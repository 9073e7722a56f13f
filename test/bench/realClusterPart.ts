import { KINDS } from '../../src/api/registry.ts';
import { createCaches, typeOf } from '../../src/app/caches.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { silentLogger } from '../../src/ports/logger.ts';
import { silentMeter } from '../../src/ports/meter.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { readCrds } from '../cluster/readCrds.ts';
import type { Loose, Manifest } from '../cluster/types.ts';
import { clientOf } from '../real/client.ts';
import { connect, startControlPlane } from '../real/controlPlane.ts';
import { locate } from '../tools/locate.ts';
import type { ClusterMethods } from './clusterPart.ts';
import { isReady, lagging } from './ready.ts';
import { answerWith, type Methods, wallMs } from './rpc.ts';

/** A real API server with its etcd, which answers to the same questions as the twin. Watches of its own tell what was written. */
const AT_ONCE = 16;
const CRD_PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const plane = await startControlPlane(locate('newest')!);
const { url, ca, tokens } = plane.access;
const { api } = connect(plane.access, tokens.admin);
for (const crd of readCrds('crds')) await expectStatus(api.post(CRD_PATH, crd), 201);
const client = clientOf(plane.access, tokens.admin);
const caches = createCaches(client, KINDS, undefined, {
  clock: systemClock(),
  random: systemRandom(),
  logger: silentLogger(),
  meter: silentMeter(),
} as never);
const storeOf = (kind: string) => caches.stores[kind]!;
const written: string[] = [];
const shown: Record<string, number> = {};
for (const { kind } of KINDS) {
  storeOf(kind).subscribe(({ key, before, after }) => {
    // What moves the generation is our own change of a spec: the controller writes none.
    const mine = before?.metadata.generation !== after?.metadata.generation;
    if (!before || !after) return;
    if (mine) shown[after.metadata.name] = wallMs();
    else written.push(`patch ${kind}/${key}`);
  });
}
caches.start();
await caches.whenSynced();

async function expectStatus(reply: Promise<{ status: number; body: Loose }>, wanted: number): Promise<void> {
  const { status, body } = await reply;
  if (status !== wanted) throw new Error(`the API server answered ${status}: ${JSON.stringify(body)}`);
}

/** Runs something for each, so many at once. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const pathOf = ({ apiVersion, kind }: Manifest) =>
  `${apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`}/namespaces/default/${kind.toLowerCase()}s`;

const methods = {
  about: () => ({ url, ca, token: tokens.admin }),
  create: (manifests: Manifest[]) =>
    each(manifests, (manifest) => expectStatus(api.post(pathOf(manifest), manifest), 201)),
  ready: (kind: string) => storeOf(kind).list().filter(isReady).length,
  lagging: (kind: string) => lagging(storeOf(kind).list()),
  ids: (kind: string) =>
    Object.fromEntries(
      storeOf(kind)
        .list()
        .map(({ metadata, status }) => [metadata.name, status?.id]),
    ),
  /** The time of a change is that of its request: the API server's own share is in what follows, but not in what follows `shown`. */
  async change(kind: string, names: string[], spec: Loose) {
    const at: Record<string, number> = {};
    const type = typeOf(KINDS.find((definition) => definition.kind === kind)!);
    await each(names, async (name) => {
      at[name] = wallMs();
      await client.patch(type, { namespace: 'default', name }, { type: 'merge', body: { spec } });
    });
    return at;
  },
  shown: () => shown,
  writes: () => written.splice(0),
} satisfies Record<keyof ClusterMethods, unknown>;
answerWith(methods as Methods);
process.once('SIGTERM', async () => {
  caches.stop();
  await plane.stop();
  process.exit(0);
});
