import { z } from 'zod';

/** The values of the chart: from here come values.yaml, values.schema.json and the page about them. */

const text = (description: string) => z.string().describe(description);
const flag = (description: string) => z.boolean().describe(description);
const whole = (description: string, min: number, max: number) => z.int().min(min).max(max).describe(description);
/** An object of Kubernetes, whose fields Kubernetes checks. */
const object = (description: string) => z.record(z.string(), z.unknown()).default({}).describe(description);
const list = (description: string) => z.array(z.record(z.string(), z.unknown())).default([]).describe(description);
const strings = (description: string) => z.record(z.string(), z.string()).default({}).describe(description);
const namespace = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);

const image = z
  .strictObject({
    repository: text(
      'Where the image is. There is no published one: build it from the Dockerfile and say where you pushed it.',
    )
      .min(1)
      .default('sync-operator'),
    tag: text('Its tag; empty: the appVersion of the chart.').default(''),
    digest: text('Its digest, as sha256:…; wins over the tag.')
      .regex(/^(sha256:[0-9a-f]{64})?$/)
      .default(''),
    pullPolicy: z.enum(['IfNotPresent', 'Always', 'Never']).describe('When it is pulled.').default('IfNotPresent'),
    pullSecrets: list('Secrets for the registry, each { name }.'),
  })
  .describe('The image.');

const operator = z
  .strictObject({
    namespaces: z
      .array(namespace)
      .max(128)
      .default([])
      .describe(
        'The namespaces to serve; empty: all. With names, the operator gets a Role in each instead of a ClusterRole. They must exist.',
      ),
    logLevel: z.enum(['debug', 'info', 'warn', 'error']).describe('How much is logged.').default('info'),
    logFormat: z.enum(['json', 'pretty']).describe('How it is logged.').default('json'),
    metricsMaxObjects: whole(
      'How many objects get metrics of their own; the rest is counted as dropped.',
      0,
      1_000_000,
    ).default(2_000),
    extraArgs: z.array(z.string()).default([]).describe('More flags; `sync-operator --help` lists them.'),
    extraEnv: list('More environment variables, as in a Pod. NODE_EXTRA_CA_CERTS and the like go here.'),
  })
  .describe('How the operator runs.');

const crds = z
  .strictObject({
    enabled: flag('Install and upgrade the CustomResourceDefinitions with the chart.').default(true),
    keep: flag('Keep them, and with them all resources, when the chart is uninstalled.').default(true),
  })
  .describe('CustomResourceDefinitions.');

const rbac = z
  .strictObject({
    create: flag('Make the roles that the operator needs, and bind them to its service account.').default(true),
    aggregate: flag(
      "Let the cluster's roles view, edit and admin see and change Sync resources. SyncServer and SyncUser are changed by admin only.",
    ).default(true),
  })
  .describe('Rights.');

const serviceAccount = z
  .strictObject({
    create: flag('Make the service account.').default(true),
    name: text('Its name; empty: that of the release.').default(''),
    annotations: strings('Its annotations.'),
  })
  .describe('The service account of the operator.');

const trust = z
  .strictObject({
    configMap: text(
      'A ConfigMap in the namespace of the release with certificates (PEM) to trust besides the usual ones, for every Sync server; empty: none. A SyncServer can name its own in spec.tls.',
    ).default(''),
    key: text('Its key.').default('ca.crt'),
  })
  .describe('Certificates.');

const metrics = z
  .strictObject({
    service: flag('A Service for /metrics.').default(true),
    serviceMonitor: z
      .strictObject({
        enabled: flag('A ServiceMonitor; the CRDs of the Prometheus operator must be there.').default(false),
        interval: text('How often it scrapes.')
          .regex(/^([0-9]+(ms|[smhdwy]))+$/)
          .default('30s'),
        labels: strings('Labels, as your Prometheus selects them.'),
      })
      .prefault({})
      .describe('Scraping.'),
    prometheusRule: z
      .strictObject({
        enabled: flag('A PrometheusRule with the alerts; the CRDs of the Prometheus operator must be there.').default(
          false,
        ),
        labels: strings('Labels, as your Prometheus selects them.'),
        runbookUrl: text(
          'Where you publish docs/runbook.md; each alert gets the link runbook_url below it. Empty: none.',
        ).default(''),
        disabled: z.array(z.string()).default([]).describe('Names of alerts that are left out.'),
        alertLabels: strings('Labels that every alert gets, as team: data.'),
      })
      .prefault({})
      .describe('Alerts.'),
    dashboard: z
      .strictObject({
        enabled: flag('A ConfigMap with the Grafana dashboard.').default(false),
        labels: strings('Labels, as the sidecar of your Grafana selects them.').default({ grafana_dashboard: '1' }),
      })
      .prefault({})
      .describe('Dashboard.'),
  })
  .describe('Metrics and alerts.');

const networkPolicy = z
  .strictObject({
    enabled: flag(
      'A NetworkPolicy: probes and metrics come in; DNS, the API server and the Sync servers go out.',
    ).default(false),
    ingressFrom: list(
      'Who may reach /metrics, as peers of a NetworkPolicy; empty: everyone. Probes come from the node and need no rule in most networks.',
    ),
    apiServerPorts: z
      .array(z.int().min(1).max(65_535))
      .min(1)
      .default([443, 6443])
      .describe('Ports of the API server.'),
    egress: list('Rules for the way to your Sync servers, as in a NetworkPolicy.').default([
      {
        ports: [
          { port: 8181, protocol: 'TCP' },
          { port: 443, protocol: 'TCP' },
        ],
      },
    ]),
  })
  .describe('What may talk to the operator, and to what it may talk.');

const quantities = (description: string) =>
  z.record(z.string(), z.union([z.string(), z.number()])).describe(description);

const resources = z
  .strictObject({
    requests: quantities('Requests.').default({ cpu: '50m', memory: '192Mi' }),
    limits: quantities('Limits. No CPU limit: a throttled leader loses its Lease.').default({ memory: '512Mi' }),
  })
  .describe('Memory and CPU: measured are about 120 MB at 1,000 resources and 240 MB at 10,000.');

const servers = z
  .array(
    z.strictObject({
      name: namespace.describe('Its name.'),
      namespace: z.string().default('').describe('Its namespace; empty: that of the release.'),
      spec: z
        .looseObject({
          url: z
            .string()
            .regex(/^https?:\/\/.+/)
            .describe('The URL of the server.'),
          auth: z.looseObject({ tokenSecretRef: z.looseObject({ name: z.string().min(1) }) }),
        })
        .describe('The spec of the SyncServer.'),
    }),
  )
  .default([])
  .describe(
    'SyncServer objects to make with the release, each { name, namespace, spec }. The Secret with the token must exist; it is never part of the values.',
  );

/** Every value, in the order of values.yaml. */
export const VALUES = z.strictObject({
  nameOverride: text('Part of the names instead of `sync-operator`.').max(53).default(''),
  fullnameOverride: text('The name of everything, instead of one made from the release.').max(53).default(''),
  commonLabels: strings('Labels that everything gets.'),
  image: image.prefault({}),
  replicas: whole('One works, the others wait for its Lease. With 0 nothing runs.', 0, 10).default(2),
  operator: operator.prefault({}),
  servers,
  crds: crds.prefault({}),
  rbac: rbac.prefault({}),
  serviceAccount: serviceAccount.prefault({}),
  trust: trust.prefault({}),
  metrics: metrics.prefault({}),
  networkPolicy: networkPolicy.prefault({}),
  podDisruptionBudget: z
    .strictObject({
      enabled: flag('A PodDisruptionBudget that keeps one replica; made only with two or more.').default(true),
    })
    .prefault({})
    .describe('Disruptions.'),
  resources: resources.prefault({}),
  priorityClassName: text('A PriorityClass.').default(''),
  podLabels: strings('Labels of the pods.'),
  podAnnotations: strings('Annotations of the pods.'),
  nodeSelector: strings('Nodes to run on.'),
  tolerations: list('Taints to tolerate.'),
  affinity: object('Affinity, as in a Pod.'),
  topologySpreadConstraints: list('Spread of the replicas; empty: over nodes, where possible.'),
  terminationGracePeriodSeconds: whole('Seconds to end: the operator drains for 20 at most.', 1, 600).default(40),
  extraVolumes: list('More volumes, as in a Pod.'),
  extraVolumeMounts: list('Their mounts.'),
});
