import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { stringify } from 'yaml';
import { KINDS } from '../../../src/api/registry.ts';
import { type Permissions, permissionsOf } from '../../../src/app/permissions.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import type { Loose } from '../../cluster/types.ts';
import { createSimulator, type Simulator } from '../../simulator/simulator.ts';
import { exampleManifests } from '../../support/examples.ts';
import { type Listening, listen } from '../../support/listen.ts';
import { secret } from '../../support/manifests.ts';
import { rightsOf } from '../../support/rbac.ts';
import { createSeededRandom } from '../../support/seededRandom.ts';
import { everyKind } from '../everyKind.ts';
import { CHART, documents, only } from '../tools/chart.ts';
import { type Operator, startOperator } from './operator.ts';
import { type AuditEntry, createInstallStage, type InstallStage } from './stage.ts';

/** The chart on a real API server, and the operator with exactly the rights that it gets there. */

const installed = KINDS.filter((definition) => definition.installed);
const permissions = permissionsOf(installed);
const PATIENCE = { timeout: 120_000, interval: 500 };
let stage: InstallStage;
const stops: (() => unknown)[] = [];

beforeAll(async () => {
  stage = await createInstallStage();
});
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
  await stage.stop();
});

const release = (namespace: string) => ['sync-operator', CHART, '--namespace', namespace, '-f', '-'];
const manifestOf = (namespace: string) =>
  documents(stage.helm(['get', 'manifest', 'sync-operator', '--namespace', namespace]));
const yaml = (objects: readonly unknown[]) => objects.map((object) => stringify(object)).join('---\n');

test('values that are wrong stop helm install with the name of the key', () => {
  const values = { servers: [{ name: 'main', spec: { auth: { tokenSecretRef: { name: 'sync-token' } } } }] };
  expect(stage.helmRefusal(['install', ...release('nowhere')], stringify(values))).toContain('url');
});

test('helm install with the defaults creates every object', () => {
  const said = stage.helm(['install', ...release('sync-operator'), '--create-namespace'], '{}');
  expect(said).toContain('sync-operator 0.1.0 is installed in sync-operator; it serves all namespaces.');
  const objects = manifestOf('sync-operator');
  expect(objects.length).toBeGreaterThan(12);
  const found = stage.kubectl(['get', '-f', '-', '-o', 'name', '--namespace', 'sync-operator'], yaml(objects));
  expect(found.trim().split('\n').length).toBe(objects.length);
});

test('the API server accepts every object that the chart can make, and every example', () => {
  const values = {
    networkPolicy: { enabled: true },
    metrics: { dashboard: { enabled: true } },
    trust: { configMap: 'ca' },
    podDisruptionBudget: { enabled: true },
  };
  const objects = documents(stage.helm(['template', ...release('sync-operator')], stringify(values)));
  const dry = ['apply', '--server-side', '--force-conflicts', '--dry-run=server', '-f', '-'];
  stage.kubectl(dry, yaml(objects));
  stage.kubectl(dry, yaml(exampleManifests('token')));
});

test('the pods pass the restricted profile of Pod Security', () => {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  stage.kubectl(
    ['apply', '-f', '-'],
    yaml([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'restricted', labels } }]),
  );
  const { metadata, spec } = only(manifestOf('sync-operator'), 'Deployment').spec.template;
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: 'one', namespace: 'restricted' }, spec };
  stage.kubectl(['create', '--dry-run=server', '-f', '-'], yaml([pod]));
  spec.containers[0].securityContext.allowPrivilegeEscalation = true;
  expect(() => stage.kubectl(['create', '--dry-run=server', '-f', '-'], yaml([pod]))).toThrow('restricted');
});

interface Place {
  /** Where the operator is, and where the resources are. */
  home: string;
  namespace: string;
}

/** One resource of every kind, made, corrected, and deleted in Sync too, by an operator with the service account of the chart. */
async function wholeStory({ home, namespace }: Place): Promise<void> {
  const { simulator, url } = await serveSync();
  const { args } = only(manifestOf(home), 'Deployment').spec.template.spec.containers[0];
  const operator: Operator = startOperator(args, stage.kubeconfigOf(home, 'sync-operator'), home);
  stops.push(operator.stop);
  const spec = { url, pollInterval: '2s', lagGrace: '2s', defaults: { deletionPolicy: 'Delete' } };
  const token = secret('sync-token', { token: simulator.token });
  const objects = [token, ...everyKind(spec)].map((one) => ({ ...one, metadata: { ...one.metadata, namespace } }));
  stage.kubectl(['apply', '--server-side', '-f', '-'], yaml(objects));
  await vi.waitFor(() => expect(notReady(namespace)).toEqual([]), PATIENCE);
  const job = [...simulator.state.jobs.values()][0]!;
  for (let round = 0; round < 2; round++) {
    simulator.console.edit('job', job.id, { batch_size: 99 });
    const corrected = () => simulator.state.jobs.get(job.id)!.fields.batch_size === 10;
    await vi.waitFor(() => expect(corrected() && isReadBack(simulator)).toBe(true), PATIENCE);
  }
  const annotation = 'sync.cdata.com/run-requested-at=now';
  stage.kubectl(['annotate', 'syncjob', 'nightly', annotation, '--namespace', namespace]);
  const asked = () => stage.kubectl(['get', 'syncrun', '--namespace', namespace, '-o', 'name']);
  await vi.waitFor(() => expect(asked()).toContain('syncrun.sync.cdata.com/nightly-'), PATIENCE);
  // Its time is over, so the operator deletes it.
  await vi.waitFor(() => expect(asked()).not.toContain('syncrun.sync.cdata.com/once'), PATIENCE);
  // kubectl must not wait here: the Sync server is in this very process.
  const ours = installed.map(({ plural }) => plural).join();
  stage.kubectl(['delete', ours, '--all', '--namespace', namespace, '--wait=false']);
  const left = () => stage.kubectl(['get', ours, '--namespace', namespace, '-o', 'name']);
  await vi.waitFor(() => expect(left()).toBe(''), PATIENCE);
  expect(simulator.state.jobs.size).toBe(0);
  expect(await operator.stop()).toBe(0);
}

/** Who edits the job before its last change was read back makes it look as if the server had refused that. */
function isReadBack({ requests }: Simulator): boolean {
  const operations = requests.map(({ operation }) => operation);
  return operations.lastIndexOf('jobs.get') > operations.lastIndexOf('jobs.update');
}

async function serveSync(): Promise<{ simulator: Simulator; url: string }> {
  const simulator = createSimulator({ clock: systemClock(), random: createSeededRandom(1) });
  simulator.console.behaviour(undefined, { taskMs: 200 });
  const server: Listening = await listen(simulator.handler);
  stops.push(server.close);
  return { simulator, url: server.url };
}

/** Resources that are not Ready yet, each with why. */
function notReady(namespace: string): string[] {
  const { items } = JSON.parse(stage.kubectl(['get', 'sync', '--namespace', namespace, '-o', 'json'])) as {
    items: Loose[];
  };
  expect(items.length).toBeGreaterThan(3);
  return items.flatMap(({ kind, metadata, status }) => {
    const ready = status?.conditions?.find(({ type }: Loose) => type === 'Ready');
    return ready?.status === 'True' ? [] : [`${kind} ${metadata.name}: ${ready?.reason} ${ready?.message}`];
  });
}

/** The rights that an audit log shows, in the words of the permissions. */
function usedRights(entries: AuditEntry[], { home }: Place): string[] {
  const lines = entries.map(({ verb, requestURI, objectRef }) => {
    const { resource, subresource, apiGroup, namespace } = objectRef ?? {};
    if (!resource) return requestURI;
    const part = resource === 'namespaces' ? 'cluster' : namespace === home ? 'home' : 'watched';
    return `${part}: ${verb} ${resource}${subresource ? `/${subresource}` : ''}${apiGroup ? ` in ${apiGroup}` : ''}`;
  });
  return [...new Set(lines)].sort();
}

const granted = (parts: Partial<Permissions>) =>
  [...new Set(Object.entries(parts).flatMap(([part, rules]) => rules.flatMap((rule) => rightsOf(part, rule))))].sort();

test('with the rights of the chart every kind converges, and the audit log shows all of them used and none refused', async () => {
  const place = { home: 'sync-operator', namespace: 'default' };
  await wholeStory(place);
  const entries = stage.audit(place.home, 'sync-operator');
  expect(entries.filter(({ responseStatus }) => [401, 403].includes(responseStatus?.code ?? 0))).toEqual([]);
  expect(usedRights(entries, place)).toEqual(granted(permissions));
});

test('with these rights examples/ converges', async () => {
  const [home, namespace] = ['sync-operator', 'examples'];
  stage.kubectl(['create', 'namespace', namespace]);
  const { simulator, url } = await serveSync();
  const { args } = only(manifestOf(home), 'Deployment').spec.template.spec.containers[0];
  const operator = startOperator(args, stage.kubeconfigOf(home, 'sync-operator'), home);
  stops.push(operator.stop);
  const objects = exampleManifests(simulator.token).map(({ metadata, ...rest }) => ({
    ...rest,
    metadata: { ...metadata, namespace },
    ...(rest.kind === 'SyncServer' && { spec: { ...rest.spec, url, pollInterval: '2s', lagGrace: '2s' } }),
  }));
  stage.kubectl(['apply', '--server-side', '-f', '-'], yaml(objects));
  await vi.waitFor(() => expect(notReady(namespace)).toEqual([]), PATIENCE);
  expect(await operator.stop()).toBe(0);
});

test('the same with a Role in the namespaces that are served', async () => {
  const place = { home: 'ops', namespace: 'team' };
  stage.kubectl(['create', 'namespace', place.namespace]);
  const values = { operator: { namespaces: [place.namespace] }, crds: { enabled: false }, rbac: { aggregate: false } };
  stage.helm(['install', ...release(place.home), '--create-namespace'], stringify(values));
  await wholeStory(place);
  const { watched, home } = permissions;
  const entries = stage.audit(place.home, 'sync-operator');
  expect(entries.filter(({ responseStatus }) => [401, 403].includes(responseStatus?.code ?? 0))).toEqual([]);
  expect(usedRights(entries, place)).toEqual(granted({ watched, home }));
});

test('helm upgrade applies definitions that changed; the servers of the values come now', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chart-'));
  stops.push(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(CHART, folder, { recursive: true });
  const file = join(folder, 'templates/crds/syncjobs.sync.cdata.com.yaml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('    shortNames:\n', '    shortNames:\n      - nextversion\n'));
  const servers = [
    {
      name: 'of-the-chart',
      spec: { url: 'http://sync.example.com:8181', auth: { tokenSecretRef: { name: 'sync-token' } } },
    },
  ];
  stage.helm(['upgrade', 'sync-operator', folder, '--namespace', 'sync-operator', '-f', '-'], stringify({ servers }));
  const names = stage.kubectl(['get', 'crd', 'syncjobs.sync.cdata.com', '-o', 'jsonpath={.spec.names.shortNames}']);
  expect(JSON.parse(names)).toContain('nextversion');
  expect(stage.kubectl(['get', 'syncserver', 'of-the-chart', '--namespace', 'sync-operator', '-o', 'name'])).toContain(
    'of-the-chart',
  );
});

test('helm uninstall leaves definitions and resources, and takes the rest', () => {
  const objects = manifestOf('sync-operator');
  stage.helm(['uninstall', 'sync-operator', '--namespace', 'sync-operator']);
  const left = objects.filter((object) => {
    const args = ['get', '-f', '-', '--ignore-not-found', '-o', 'name', '--namespace', 'sync-operator'];
    return stage.kubectl(args, yaml([object])).trim() !== '';
  });
  expect(left.map(({ kind }) => kind).sort()).toEqual(
    [...installed.map(() => 'CustomResourceDefinition'), 'SyncServer'].sort(),
  );
});
