import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { KINDS } from '../../../src/api/registry.ts';
import { permissionsOf } from '../../../src/app/permissions.ts';
import { VERSION } from '../../../src/version.ts';
import type { Loose, Manifest } from '../../cluster/types.ts';
import { readGuide } from '../../guides/guide.ts';
import { CHART, documents, only, refusal, render } from './chart.ts';
import { output } from './programs.ts';

const installed = KINDS.filter((definition) => definition.installed);
const keyOf = ({ kind, metadata }: Manifest) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;

/** Values that people give; each must render, and helm must find nothing to complain about. */
const FILES: Record<string, Loose> = {
  defaults: {},
  namespaced: { operator: { namespaces: ['team-a', 'team-b'] }, crds: { enabled: false }, rbac: { aggregate: false } },
  everything: {
    commonLabels: { team: 'data' },
    image: {
      repository: 'registry.example.com/sync-operator',
      digest: `sha256:${'a'.repeat(64)}`,
      pullSecrets: [{ name: 'pull' }],
    },
    operator: { logLevel: 'debug', extraArgs: ['--metrics-max-objects=5'], extraEnv: [{ name: 'A', value: 'b' }] },
    trust: { configMap: 'corporate-ca' },
    metrics: {
      serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
      prometheusRule: {
        enabled: true,
        runbookUrl: 'https://docs.example.com/runbook',
        disabled: ['SyncRunFailed'],
        alertLabels: { team: 'data' },
      },
      dashboard: { enabled: true },
    },
    networkPolicy: { enabled: true, ingressFrom: [{ namespaceSelector: {} }] },
    priorityClassName: 'system-cluster-critical',
    podLabels: { a: 'b' },
    podAnnotations: { c: 'd' },
    nodeSelector: { disk: 'ssd' },
    tolerations: [{ operator: 'Exists' }],
    affinity: { podAntiAffinity: {} },
    extraVolumes: [{ name: 'x', emptyDir: {} }],
    extraVolumeMounts: [{ name: 'x', mountPath: '/x' }],
    servers: [
      { name: 'main', spec: { url: 'http://sync.example.com:8181', auth: { tokenSecretRef: { name: 'sync-token' } } } },
    ],
  },
};

test.each(Object.keys(FILES))('helm lints and renders: %s', (name) => {
  const objects = render(FILES[name]);
  expect(new Set(objects.map(keyOf)).size).toBe(objects.length);
  for (const { apiVersion, kind, metadata } of objects) {
    expect([apiVersion, kind, metadata.name].every((word) => typeof word === 'string')).toBe(true);
    expect(metadata.labels).toMatchObject({
      'app.kubernetes.io/name': 'sync-operator',
      'app.kubernetes.io/version': VERSION,
    });
  }
});

test('helm lint --strict is content', () => {
  expect(output('helm', ['lint', '--strict', CHART])).toContain('0 chart(s) failed');
});

test('the chart has the version of the package', () => {
  expect(parse(readFileSync(`${CHART}/Chart.yaml`, 'utf8'))).toMatchObject({ version: VERSION, appVersion: VERSION });
});

test('the definitions are those of crds/, and stay when the chart goes', () => {
  const crds = render().filter(({ kind }) => kind === 'CustomResourceDefinition') as Loose[];
  const files = readdirSync('crds').map((file) => parse(readFileSync(`crds/${file}`, 'utf8')) as Loose);
  const specs = (objects: Loose[]) => Object.fromEntries(objects.map(({ metadata, spec }) => [metadata.name, spec]));
  expect(specs(crds)).toEqual(specs(files));
  expect(crds.map(({ metadata }) => metadata.annotations)).toEqual(
    installed.map(() => ({ 'helm.sh/resource-policy': 'keep' })),
  );
  const loose = render({ crds: { keep: false } }).filter(({ kind }) => kind === 'CustomResourceDefinition');
  expect(loose.map(({ metadata }) => metadata.annotations)).toEqual(installed.map(() => undefined));
  expect(render({ crds: { enabled: false } }).filter(({ kind }) => kind === 'CustomResourceDefinition')).toEqual([]);
});

const asRules = (permissions: ReturnType<typeof permissionsOf>['home']) =>
  permissions.map(({ group, resources, verbs, names }) => ({
    apiGroups: [group],
    resources: [...resources],
    ...(names && { resourceNames: [...names] }),
    verbs: [...verbs],
  }));

test('the roles are the permissions, for all namespaces or for those that are named', () => {
  const { watched, cluster, home } = permissionsOf(installed);
  const all = render();
  expect(only(all, 'ClusterRole', 'sync-operator').rules).toEqual(asRules([...watched, ...cluster]));
  expect(only(all, 'Role').rules).toEqual(asRules(home));
  const some = render(FILES.namespaced);
  expect(some.filter(({ kind }) => kind.startsWith('ClusterRole'))).toEqual([]);
  const roles = some.filter(({ kind, metadata }) => kind === 'Role' && metadata.name === 'sync-operator') as Loose[];
  expect(roles.map(({ metadata, rules }) => [metadata.namespace, rules])).toEqual(
    ['team-a', 'team-b'].map((namespace) => [namespace, asRules(watched)]),
  );
  const account = only(some, 'ServiceAccount').metadata;
  for (const { kind, roleRef, subjects } of [...all, ...some] as Loose[]) {
    if (!kind.endsWith('Binding')) continue;
    expect(subjects).toEqual([{ kind: 'ServiceAccount', name: account.name, namespace: account.namespace }]);
    expect([...all, ...some].some((one) => one.kind === roleRef.kind && one.metadata.name === roleRef.name)).toBe(true);
  }
});

test('people see all kinds with view, change them with edit, and servers and users only with admin', () => {
  const objects = render();
  const role = (name: string) => only(objects, 'ClusterRole', `sync-operator-${name}`);
  const plurals = (name: string) => role(name).rules.flatMap(({ resources }: Loose) => resources);
  expect(plurals('view').sort()).toEqual(installed.map(({ plural }) => plural).sort());
  expect([...plurals('edit'), ...plurals('admin')].sort()).toEqual(plurals('view').sort());
  expect(plurals('admin')).toContain('syncservers');
  const to = (name: string) =>
    Object.keys(role(name).metadata.labels).filter((label) => label.includes('aggregate-to'));
  expect(to('view').length).toBe(3);
  expect(to('edit').length).toBe(2);
  expect(to('edit')).not.toContain('rbac.authorization.k8s.io/aggregate-to-view');
  expect(to('admin')).toEqual(['rbac.authorization.k8s.io/aggregate-to-admin']);
});

test.each(['defaults', 'everything'])('the pods fit the restricted profile: %s', (name) => {
  const { spec } = only(render(FILES[name]), 'Deployment').spec.template;
  expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
  expect(spec.securityContext.runAsUser).toBeGreaterThan(0);
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace']) expect(spec[key]).toBeUndefined();
  const ALLOWED = [
    'configMap',
    'csi',
    'downwardAPI',
    'emptyDir',
    'ephemeral',
    'persistentVolumeClaim',
    'projected',
    'secret',
  ];
  for (const { name: _, ...source } of spec.volumes ?? []) expect(ALLOWED).toContain(Object.keys(source)[0]);
  for (const container of spec.containers) {
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(
      container.livenessProbe &&
        container.readinessProbe &&
        container.resources.requests &&
        container.resources.limits.memory,
    ).toBeTruthy();
    for (const { hostPort } of container.ports) expect(hostPort).toBeUndefined();
  }
});

test('the flags of the Deployment are flags of the operator', async () => {
  const { readConfig } = await import('../../../src/config.ts');
  for (const name of Object.keys(FILES)) {
    const { args, env } = only(render(FILES[name]), 'Deployment').spec.template.spec.containers[0];
    const { config } = readConfig(args, { POD_NAMESPACE: 'sync-operator' }) as { config: Loose };
    expect(config).toMatchObject({ leaderElect: true, metricsAddress: ':8080', operatorNamespace: 'sync-operator' });
    expect(config.namespaces).toEqual(FILES[name]!.operator?.namespaces);
    expect(env[0].valueFrom.fieldRef.fieldPath).toBe('metadata.namespace');
  }
});

test('the NetworkPolicy lets probes and metrics in, and DNS, the API server and Sync out, and nothing else', () => {
  const { spec } = only(render(FILES.everything), 'NetworkPolicy');
  const deployment = only(render(FILES.everything), 'Deployment');
  expect(spec.podSelector.matchLabels).toEqual(deployment.spec.selector.matchLabels);
  expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
  expect(spec.ingress).toEqual([
    { ports: [{ port: 'health', protocol: 'TCP' }] },
    { ports: [{ port: 'metrics', protocol: 'TCP' }], from: [{ namespaceSelector: {} }] },
  ]);
  const ports = spec.egress.map(({ ports }: Loose) => ports.map(({ port }: Loose) => port));
  expect(ports).toEqual([
    [53, 53],
    [443, 6443],
    [8181, 443],
  ]);
  expect(render().some(({ kind }) => kind === 'NetworkPolicy')).toBe(false);
});

test('Services, monitors and budgets select the pods', () => {
  const objects = render(FILES.everything);
  const labels = only(objects, 'Deployment').spec.template.metadata.labels;
  const selectors = [
    only(objects, 'Service').spec.selector,
    only(objects, 'PodDisruptionBudget').spec.selector.matchLabels,
    only(objects, 'Deployment').spec.selector.matchLabels,
  ];
  for (const selector of selectors) expect(labels).toMatchObject(selector);
  expect(only(objects, 'Service').metadata.labels).toMatchObject(
    only(objects, 'ServiceMonitor').spec.selector.matchLabels,
  );
  expect(render({ replicas: 1 }).some(({ kind }) => kind === 'PodDisruptionBudget')).toBe(false);
});

test('alerts keep their own templates, lose what is disabled, and get links and labels', () => {
  const { groups } = only(render(FILES.everything), 'PrometheusRule').spec;
  const alerts = groups.flatMap(({ rules }: Loose) => rules);
  const source = (parse(readFileSync(`${CHART}/files/alerts.yaml`, 'utf8')) as Loose).groups.flatMap(
    ({ rules }: Loose) => rules,
  );
  expect(alerts.map(({ alert }: Loose) => alert)).toEqual(
    source.map(({ alert }: Loose) => alert).filter((alert: string) => alert !== 'SyncRunFailed'),
  );
  const [first] = alerts;
  expect(first.annotations).toEqual({
    ...source[0].annotations,
    runbook_url: 'https://docs.example.com/runbook#syncserverunreachable',
  });
  expect(first.labels).toEqual({ severity: 'critical', team: 'data' });
  expect(first.expr).toBe(source[0].expr);
});

test('the dashboard is JSON for Grafana', () => {
  const { data, metadata } = only(render(FILES.everything), 'ConfigMap');
  expect(metadata.labels.grafana_dashboard).toBe('1');
  expect(JSON.parse(data['sync-operator.json'])).toMatchObject({ title: 'sync-operator', uid: 'sync-operator' });
});

test('servers of the values come once their definition is there, and stay when the chart goes', () => {
  const args = ['--api-versions', 'sync.cdata.com/v1alpha1/SyncServer'];
  const { metadata, spec } = only(render(FILES.everything, { args }), 'SyncServer');
  expect(metadata).toMatchObject({
    name: 'main',
    namespace: 'sync-operator',
    annotations: { 'helm.sh/resource-policy': 'keep' },
  });
  expect(spec).toEqual(FILES.everything!.servers[0].spec);
  expect(render(FILES.everything).some(({ kind }) => kind === 'SyncServer')).toBe(false);
});

test.each([
  [{ replicas: 'two' }, 'replicas'],
  [{ operator: { loglevel: 'info' } }, 'loglevel'],
  [{ operator: { logLevel: 'loud' } }, 'logLevel'],
  [{ unknown: true }, 'unknown'],
  [{ servers: [{ name: 'main', spec: { auth: { tokenSecretRef: { name: 'sync-token' } } } }] }, 'url'],
  [{ servers: [{ name: 'main', spec: { url: 'sync:8181', auth: { tokenSecretRef: { name: 'a' } } } }] }, 'url'],
  [{ servers: [{ name: 'main', spec: { url: 'http://sync:8181' } }] }, 'auth'],
  [{ image: { digest: 'latest' } }, 'digest'],
  [{ metrics: { serviceMonitor: { enabled: 'sometimes' } } }, 'enabled'],
])('bad values are refused with the name of the key: %j', (values, key) => {
  expect(refusal(values)).toContain(key);
});

test('values and commands of the guides are good', () => {
  const guides = readdirSync('docs/guides').map((file) => readGuide(readFileSync(`docs/guides/${file}`, 'utf8')));
  const [values, commands] = [guides.flatMap((guide) => guide.values), guides.flatMap(({ helm }) => helm)];
  expect([values.length > 1, commands.length > 0]).toEqual([true, true]);
  for (const text of values) expect(refusal(parse(text) as Loose)).toBeUndefined();
  for (const command of commands) {
    const [, verb, ...args] = command.split(' ');
    expect(verb).toBe('install');
    expect(output('helm', ['template', ...args])).toContain('image: "REGISTRY/sync-operator:0.1.0"');
  }
});

test('a chart around this one may give global values', () => {
  expect(refusal({ global: { anything: 1 } })).toBeUndefined();
});

test('two releases do not share names', () => {
  const names = (release: string) => render({ crds: { enabled: false } }, { release }).map(keyOf);
  expect(names('one').filter((name) => names('two').includes(name))).toEqual([]);
});

/** What helm says of itself, which kustomize does not. */
function plain(objects: readonly Manifest[]): Record<string, unknown> {
  const without = ({ metadata, ...rest }: Loose) => {
    const { 'helm.sh/chart': _, 'app.kubernetes.io/managed-by': __, ...labels } = metadata.labels ?? {};
    const { annotations: ___, ...kept } = metadata;
    return { ...rest, metadata: { ...kept, labels } };
  };
  return Object.fromEntries(
    objects.map((object) => {
      const same = without(object) as Loose;
      if (same.spec?.template) same.spec = { ...same.spec, template: without(same.spec.template) };
      return [keyOf(object), same];
    }),
  );
}

test.each([
  ['cluster-wide', {}],
  ['namespaced', { operator: { namespaces: ['sync-operator'] } }],
])('deploy/%s is the same as the chart', (overlay, values) => {
  const built = documents(output('kubectl', ['kustomize', `deploy/${overlay}`]));
  expect(plain(built)).toEqual(plain(render(values)));
});
