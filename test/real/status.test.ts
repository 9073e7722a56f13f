import { afterAll, beforeAll, expect, test } from 'vitest';
import { definitionOf } from '../../src/api/registry.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { isConflict, isNotFound } from '../../src/kube/errors.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { readCrds } from '../cluster/readCrds.ts';
import type { Loose } from '../cluster/types.ts';
import { clientOf } from './client.ts';
import { ownAccess } from './ownAccess.ts';
import { baseOf, resourceOf } from './specs.ts';
import { createStage, type Stage } from './stage.ts';

type Job = KubeObject & { spec: Loose; status?: Loose };

const access = ownAccess();
const CRD = readCrds('crds').find(({ spec }) => spec.names.kind === 'SyncJob')!;
const { plural, kind } = definitionOf('SyncJob')!;
const JOBS = { group: CRD.spec.group, version: CRD.spec.versions[0].name, plural, kind, namespaced: true };
let stage: Stage;
let client: KubeClient;

beforeAll(async () => {
  stage = await createStage(access, 'status');
  client = clientOf(access, access.tokens.admin);
});
afterAll(async () => {
  await client.close();
  await stage.close();
});

async function make(name: string): Promise<Job> {
  const { body } = await stage.api.post(stage.path(CRD), resourceOf(CRD, name, baseOf('SyncJob')));
  expect(body.metadata?.name).toBe(name);
  return body as Job;
}

const patchStatus = ({ metadata }: Job, status: Loose, resourceVersion = metadata.resourceVersion!) =>
  client.patch<Job>(
    JOBS,
    { namespace: stage.namespace, name: metadata.name },
    { type: 'merge', body: { status }, resourceVersion },
    { subresource: 'status' },
  );

test('of many who patch the status of one version, one succeeds and all others are told of the conflict', async () => {
  const job = await make('contended');
  const results = await Promise.allSettled([1, 2, 3, 4, 5].map((n) => patchStatus(job, { id: String(n) })));
  const won = results.filter(({ status }) => status === 'fulfilled');
  const lost = results.flatMap((result) => (result.status === 'rejected' ? [isConflict(result.reason)] : []));
  expect([won.length, lost]).toEqual([1, [true, true, true, true]]);
});

test('a status is not written over a spec that has changed since it was read', async () => {
  const job = await make('edited');
  const { body } = await stage.api.merge(stage.path(CRD, 'edited'), { spec: { name: 'Other' } });
  expect(body.metadata.generation).toBe(2);
  await expect(patchStatus(job, { id: '1' })).rejects.toSatisfy(isConflict);
  const patched = await patchStatus(body as Job, { id: '1', observedGeneration: 2 });
  expect(patched).toMatchObject({ status: { id: '1' }, metadata: { generation: 2 } });
});

test('a patch of the status leaves the spec alone, and one of the spec the status', async () => {
  const job = await make('parted');
  const path = stage.path(CRD, 'parted');
  const both = { spec: { name: 'Other' }, status: { id: '1' } };
  const viaStatus = await stage.api.merge(stage.path(CRD, 'parted', 'status'), both);
  expect(viaStatus.body).toMatchObject({ spec: { name: job.spec.name }, status: { id: '1' } });
  const viaSpec = await stage.api.merge(path, { spec: { name: 'Other' }, status: { id: '2' } });
  expect(viaSpec.body).toMatchObject({ spec: { name: 'Other' }, status: { id: '1' }, metadata: { generation: 2 } });
});

test('an equal status changes nothing, not even the version', async () => {
  const first = await patchStatus(await make('same'), { id: '1' });
  const again = await patchStatus(first, { id: '1' });
  expect(again.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
});

test('an object that was deleted and made again is another: the uid tells', async () => {
  const job = await make('reborn');
  const ref = { namespace: stage.namespace, name: 'reborn' };
  await client.delete(JOBS, ref, { uid: job.metadata.uid });
  await expect(client.get(JOBS, ref)).rejects.toSatisfy(isNotFound);
  await make('reborn');
  const stale = client.patch(JOBS, ref, { type: 'merge', body: { status: { id: '1' } }, uid: job.metadata.uid });
  await expect(stale).rejects.toSatisfy(isConflict);
  await expect(client.delete(JOBS, ref, { uid: job.metadata.uid })).rejects.toSatisfy(isConflict);
});
