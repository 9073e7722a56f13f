/** The Grafana dashboard, as data; the chart ships it as files/dashboard.json. */

interface Panel {
  title: string;
  type: 'stat' | 'timeseries' | 'table' | 'state-timeline';
  /** PromQL, and what a series is called. */
  queries: readonly (readonly [expr: string, legend: string])[];
  unit?: string;
  width?: number;
}

const OBJECT = 'namespace=~"$namespace"';
const ABNORMAL = (matchers: string) =>
  `max by (kind, namespace, name, reason) (cdata_sync_object_abnormal{${matchers}, ${OBJECT}})`;
const RUN = (word: string, metric: string) => `max by (namespace, name) (cdata_sync_${word}_${metric}{${OBJECT}})`;
/** One query for each of what runs. */
const runs = (expr: (metric: (name: string) => string) => string): [string, string][] =>
  ['job', 'transformation', 'pipeline'].map((word) => [
    expr((metric) => RUN(word, metric)),
    `${word} {{namespace}}/{{name}}`,
  ]);
const P99 = (metric: string, by: string) =>
  `histogram_quantile(0.99, sum by (le, ${by}) (rate(${metric}_bucket[$__rate_interval])))`;

/** Rows from what everyone asks first to what only the operator's own people ask. */
const ROWS: readonly (readonly [title: string, panels: readonly Panel[]])[] = [
  [
    'Fleet',
    [
      stat('Resources', 'sum(max by (kind) (cdata_sync_objects))'),
      stat('Not Ready', `count(${ABNORMAL('condition="Ready"')}) or vector(0)`),
      stat('Stalled', `count(${ABNORMAL('condition="Stalled"')}) or vector(0)`),
      stat('Changes that wait', 'sum(max by (kind) (cdata_sync_plan_changes_waiting))'),
      stat('Failed last runs', `count(${ABNORMAL('condition="LastRunSucceeded"')}) or vector(0)`),
      stat('Stale data', `count(${ABNORMAL('condition="Fresh"')}) or vector(0)`),
      { title: 'What is not as it should be', type: 'table', width: 16, queries: [[ABNORMAL('condition!=""'), '']] },
      series('Resources by kind', [['max by (kind) (cdata_sync_objects)', '{{kind}}']], undefined, 8),
    ],
  ],
  [
    'Servers',
    [
      series(
        'Calls by operation',
        [['sum by (operation) (rate(cdata_sync_api_requests_total[$__rate_interval]))', '{{operation}}']],
        'reqps',
      ),
      series(
        'Calls that failed',
        [['sum by (code) (rate(cdata_sync_api_requests_total{code!~"2.."}[$__rate_interval]))', '{{code}}']],
        'reqps',
      ),
      series(
        'Slowest percent by operation',
        [[P99('cdata_sync_api_request_duration_seconds', 'operation'), '{{operation}}']],
        's',
      ),
      series('Calls that wait for their turn', [
        ['max(rate(cdata_sync_api_throttle_seconds_total[$__rate_interval]))', 'waiting'],
      ]),
      {
        title: 'Circuit',
        type: 'state-timeline',
        width: 12,
        queries: [['max by (origin) (cdata_sync_circuit_open)', '{{origin}}']],
      },
      series('Drift corrected', [['sum by (kind) (increase(cdata_sync_drift_corrected_total[1h]))', '{{kind}}']]),
      series('Left behind in Sync', [['sum by (kind) (increase(cdata_sync_orphaned_total[1h]))', '{{kind}}']]),
    ],
  ],
  [
    'Jobs and pipelines',
    [
      {
        title: 'Last run',
        type: 'table',
        width: 12,
        queries: runs((run) => run('last_run_state').replace('namespace, name', 'namespace, name, state')),
      },
      series(
        'Age of the last run',
        runs((run) => `time() - ${run('last_run_end_timestamp_seconds')}`),
        's',
        12,
      ),
      series(
        'Length of the last run',
        runs((run) => `${run('last_run_end_timestamp_seconds')} - ${run('last_run_start_timestamp_seconds')} >= 0`),
        's',
        8,
      ),
      series(
        'Records of the last run',
        runs((run) => run('last_run_records')),
        undefined,
        8,
      ),
      series(
        'Due in',
        runs((run) => `${run('next_run_timestamp_seconds')} - time()`),
        's',
        8,
      ),
    ],
  ],
  [
    'Controller',
    [
      stat('Leaders', 'sum(leader_election_master_status)'),
      series(
        'Passes',
        [
          [
            'sum by (controller, result) (rate(controller_runtime_reconcile_total[$__rate_interval]))',
            '{{controller}} {{result}}',
          ],
        ],
        'ops',
        10,
      ),
      series(
        'Slowest percent of passes',
        [[P99('controller_runtime_reconcile_time_seconds', 'controller'), '{{controller}}']],
        's',
        10,
      ),
      series('Keys that wait', [['max by (name) (workqueue_depth)', '{{name}}']]),
      series('Slowest percent of waits', [[P99('workqueue_queue_duration_seconds', 'name'), '{{name}}']], 's'),
      series(
        'Calls to Kubernetes',
        [['sum by (method, code) (rate(rest_client_requests_total[$__rate_interval]))', '{{method}} {{code}}']],
        'reqps',
      ),
      series('Memory', [['process_resident_memory_bytes{job="sync-operator"}', '{{pod}}']], 'bytes'),
      series('CPU', [['rate(process_cpu_seconds_total{job="sync-operator"}[$__rate_interval])', '{{pod}}']]),
      series(
        'Slowest percent of the event loop',
        [['nodejs_eventloop_lag_p99_seconds{job="sync-operator"}', '{{pod}}']],
        's',
      ),
    ],
  ],
];

function stat(title: string, expr: string): Panel {
  return { title, type: 'stat', queries: [[expr, '']], width: 4 };
}

function series(title: string, queries: Panel['queries'], unit?: string, width = 12): Panel {
  return { title, type: 'timeseries', queries, width, ...(unit && { unit }) };
}

const HEIGHTS: Readonly<Record<Panel['type'], number>> = { stat: 4, timeseries: 8, table: 8, 'state-timeline': 8 };
const DATASOURCE = { type: 'prometheus', uid: '$datasource' };

export function dashboardFile(): [string, string] {
  return ['charts/sync-operator/files/dashboard.json', `${JSON.stringify(dashboard(), null, 1)}\n`];
}

function dashboard() {
  let id = 0;
  let y = 0;
  const panels = ROWS.flatMap(([title, row]) => {
    const head = { id: ++id, type: 'row', title, collapsed: false, gridPos: { x: 0, y: y++, w: 24, h: 1 }, panels: [] };
    let x = 0;
    let height = 0;
    const made = row.map((panel) => {
      const width = panel.width ?? 12;
      if (x + width > 24) {
        y += height;
        x = height = 0;
      }
      const place = { x, y, w: width, h: HEIGHTS[panel.type] };
      x += width;
      height = Math.max(height, place.h);
      return panelOf(panel, ++id, place);
    });
    y += height;
    return [head, ...made];
  });
  const variables = [
    { name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Data source' },
    {
      name: 'namespace',
      type: 'query',
      datasource: DATASOURCE,
      query:
        'label_values({__name__=~"cdata_sync_(object_abnormal|(job|transformation|pipeline)_last_run_state)"}, namespace)',
      includeAll: true,
      allValue: '.*',
      multi: true,
      current: { text: 'All', value: '$__all' },
      refresh: 2,
    },
  ];
  return {
    uid: 'sync-operator',
    title: 'sync-operator',
    tags: ['cdata-sync'],
    schemaVersion: 39,
    time: { from: 'now-6h', to: 'now' },
    refresh: '1m',
    templating: { list: variables },
    panels,
  };
}

function panelOf({ title, type, queries, unit }: Panel, id: number, gridPos: object) {
  const instant = type === 'table' || type === 'stat';
  const targets = queries.map(([expr, legendFormat], at) => ({
    refId: String.fromCharCode(65 + at),
    datasource: DATASOURCE,
    expr,
    legendFormat,
    ...(instant && { instant: true, range: false }),
    ...(type === 'table' && { format: 'table' }),
  }));
  const hidden = { id: 'organize', options: { excludeByName: { Time: true, Value: true } } };
  return {
    id,
    type,
    title,
    datasource: DATASOURCE,
    gridPos,
    targets,
    fieldConfig: { defaults: { ...(unit && { unit }), min: 0 }, overrides: [] },
    ...(type === 'table' && { transformations: [hidden] }),
  };
}
