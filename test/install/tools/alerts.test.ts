import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { convergedEnvironment, convergedWorld, itemNamed } from '../../scenarios/landscape.ts';
import { connection, job, pipeline, run, SYNC_URL, server, transformation } from '../../support/manifests.ts';
import type { World } from '../../support/world.ts';
import { output } from './programs.ts';
import { type Recording, record } from './recording.ts';

/** Every alert on what the running controller exposes: in a scenario that causes it, and not in the healthy one. */

const FILE = 'charts/sync-operator/files/alerts.yaml';
interface Rule {
  alert: string;
  expr: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}
interface Dashboard {
  panels: { targets?: { expr: string }[] }[];
}
const { groups } = parse(readFileSync(FILE, 'utf8')) as { groups: { rules: Rule[] }[] };
const RULES = groups.flatMap(({ rules }) => rules);
const METRICS = new Set(
  RULES.flatMap(({ expr }) => expr.match(/\b(cdata_sync|workqueue|leader_election|rest_client)_\w+/g)!),
);
const NAMES = [...new Set(RULES.map(({ alert }) => alert))];
const MINUTE = 60_000;
const fired = new Set<string>();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'alerts-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Labels = Record<string, string>;

/** Asks promtool: at the last minute exactly these alerts of that name fire; none: no alert of any name. */
function expectAlerts(recording: Recording, alertname: string | undefined, labels: Labels[] = []): void {
  const names = alertname ? [alertname] : NAMES;
  const tests = {
    rule_files: [resolve(FILE)],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        start_timestamp: new Date(recording.start * 1000).toISOString(),
        input_series: recording.series(METRICS),
        alert_rule_test: names.map((name) => ({
          eval_time: `${recording.minutes}m`,
          alertname: name,
          exp_alerts: labels.map((own) => expected(name, own)),
        })),
      },
    ],
  };
  const file = join(folder, 'test.yaml');
  writeFileSync(file, stringify(tests));
  expect(output('promtool', ['test', 'rules', file])).toContain('SUCCESS');
  if (alertname && labels.length > 0) fired.add(alertname);
}

/** The alert as the rule words it for these labels; the summary must name the object. */
function expected(name: string, labels: Labels) {
  const rule = RULES.find((one) => one.alert === name && one.labels.kind === (one.labels.kind && labels.kind))!;
  const fill = (text: string) => text.replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label]!);
  const annotations = Object.entries(rule.annotations).map(([key, text]) => [key, fill(text)]);
  if (labels.name) expect(fill(rule.annotations.summary!)).toContain(labels.name);
  return { exp_labels: { ...rule.labels, ...labels }, exp_annotations: Object.fromEntries(annotations) };
}

const healthyWorld = () =>
  convergedWorld({
    config: { leaderElect: true },
    job: { schedule: { enabled: true, cron: '0 0 * * * *' }, freshness: { maxAge: '2h', minRecords: 1 } },
  });
const JOB = { kind: 'SyncJob', namespace: 'default', name: 'nightly' };
const SERVER = { namespace: 'default', name: 'main' };

async function recorded(world: World, minutes: number): Promise<Recording> {
  const recording = record(world);
  await recording.for(minutes);
  return recording;
}

test('promtool finds nothing wrong with the rules', () => {
  expect(output('promtool', ['check', 'rules', '--lint=all', '--lint-fatal', FILE])).toContain(
    `${RULES.length} rules found`,
  );
});

test('promtool understands every query of the dashboard', () => {
  const { panels } = JSON.parse(readFileSync('charts/sync-operator/files/dashboard.json', 'utf8')) as Dashboard;
  const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  expect(queries.length).toBeGreaterThan(25);
  const rules = queries.map((expr, at) => ({
    record: `dashboard:query_${at}`,
    expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$namespace', '.*'),
  }));
  const file = join(folder, 'dashboard.yaml');
  writeFileSync(file, stringify({ groups: [{ name: 'dashboard', rules }] }));
  expect(output('promtool', ['check', 'rules', file])).toContain(`${rules.length} rules found`);
});

test('healthy for three hours of hourly runs: no alert', async () => {
  const world = await healthyWorld();
  const recording = record(world);
  for (const minutes of [95, 17, 68]) {
    await recording.for(minutes);
    expectAlerts(recording, undefined);
  }
  // promtool would say so if one were missing.
  expect(() => expectAlerts(recording, 'SyncRunFailed', [JOB])).toThrow('alertname: SyncRunFailed');
});

test('a server that does not answer, whose circuit opens, and whose objects are not Ready any more', async () => {
  const world = await healthyWorld();
  world.instance.network.serve(SYNC_URL, undefined);
  const recording = await recorded(world, 20);
  expectAlerts(recording, 'SyncServerUnreachable', [{ ...SERVER, reason: 'ServerUnreachable' }]);
  expectAlerts(recording, 'SyncCircuitOpen', [{ origin: SYNC_URL }]);
  await recording.for(40);
  expectAlerts(recording, 'SyncObjectNotReady', [
    { ...JOB, reason: 'ObservationStale' },
    ...['crm', 'warehouse'].map((name) => ({ ...JOB, kind: 'SyncConnection', name, reason: 'ObservationStale' })),
    { ...JOB, kind: 'SyncServer', name: 'main', reason: 'ServerUnreachable' },
    { ...JOB, kind: 'SyncWorkspace', name: 'default', reason: 'ObservationStale' },
  ]);
});

test('a token that was revoked', async () => {
  const world = await healthyWorld();
  world.simulator.console.revokeToken(world.simulator.token);
  const recording = await recorded(world, 20);
  expectAlerts(recording, 'SyncServerUnauthorised', [{ ...SERVER, reason: 'Unauthorised' }]);
});

test('lists that suddenly lack much', async () => {
  const world = await healthyWorld();
  for (let at = 0; at < 12; at++) world.apply(connection({ name: `C${at}` }, { name: `c${at}` }));
  await world.ready('SyncConnection', 'c11');
  world.simulator.faults.add({ operation: 'connections.list', times: 1_000, effect: { kind: 'halfList' } });
  const recording = await recorded(world, 10);
  expectAlerts(recording, 'SyncSnapshotSuspicious', [{ namespace: 'default', name: 'default' }]);
});

test('a server that answers 429', async () => {
  const world = await healthyWorld();
  const effect = { kind: 'status', status: 429, retryAfter: '30' } as const;
  world.simulator.faults.add({ operation: /list$/, times: 10_000, effect });
  expectAlerts(await recorded(world, 30), 'SyncThrottled', [{}]);
});

test('an object that gets no further', async () => {
  const world = await healthyWorld();
  world.apply(job({ name: 'Bad', schedule: { enabled: true, cron: '61 0 0 * * *' } }, { name: 'bad' }));
  expectAlerts(await recorded(world, 15), 'SyncObjectStalled', [{ ...JOB, name: 'bad', reason: 'InvalidSpec' }]);
});

test('a plan that awaits approval', async () => {
  const world = await healthyWorld();
  world.apply(job({ options: { destinationSchema: 'other' } }));
  const recording = await recorded(world, 70);
  expectAlerts(recording, 'SyncPlanAwaitingApproval', [JOB]);
  expectAlerts(recording, 'SyncObjectStalled');
});

test('somebody who keeps changing it back', async () => {
  const world = await convergedWorld({ job: { options: { destinationSchema: 'crm', batchSize: 10 } } });
  const { id } = itemNamed(world, 'jobs', 'Nightly');
  const recording = record(world);
  for (let round = 0; round < 4; round++) {
    world.simulator.console.edit('job', id, { batch_size: 99 });
    await recording.for(4);
  }
  expectAlerts(recording, 'SyncObjectContended', [JOB]);
});

test('a connection whose test fails', async () => {
  const world = await healthyWorld();
  world.apply(connection({ properties: { User: 'unreachable' }, test: { onChange: true } }));
  const recording = await recorded(world, 10);
  expectAlerts(recording, 'SyncConnectionTestFailed', [{ ...JOB, kind: 'SyncConnection', name: 'crm' }]);
});

test('an object that is left behind by force', async () => {
  const world = await healthyWorld();
  world.apply(connection({ deletionPolicy: 'Delete' }));
  await world.settle(2 * MINUTE);
  const recording = await recorded(world, 5);
  world.annotate('SyncConnection', 'crm', { 'force-delete': 'now' });
  world.remove('SyncConnection', 'crm');
  await recording.for(5);
  expect(world.get('SyncConnection', 'crm')).toBeUndefined();
  expectAlerts(recording, 'SyncObjectOrphaned', [{ kind: 'SyncConnection' }]);
});

test('a run that failed', async () => {
  const world = await healthyWorld();
  const { id } = itemNamed(world, 'jobs', 'Nightly');
  world.simulator.console.behaviour(id, { outcome: 'fail' });
  expectAlerts(await recorded(world, 75), 'SyncRunFailed', [JOB]);
});

test('a run that was asked for and failed: for an hour', async () => {
  const world = await healthyWorld();
  world.simulator.console.behaviour(itemNamed(world, 'jobs', 'Nightly').id, { outcome: 'fail' });
  world.apply(run());
  const recording = await recorded(world, 20);
  expectAlerts(recording, 'SyncRunNotSucceeded', [{ namespace: 'default', name: 'now', reason: 'RunFailed' }]);
  await recording.for(75);
  expectAlerts(recording, 'SyncRunNotSucceeded');
});

test('a run that is due while the one before goes on', async () => {
  const world = await healthyWorld();
  world.simulator.console.behaviour(itemNamed(world, 'jobs', 'Nightly').id, { taskMs: 60 * MINUTE });
  expectAlerts(await recorded(world, 150), 'SyncRunOverdue', [JOB]);
});

test('the same of transformations and pipelines', async () => {
  const world = await convergedEnvironment({ config: { leaderElect: true } });
  const schedule = { enabled: true, cron: '0 0 * * * *' };
  world.apply(transformation({ schedule }), pipeline({ schedule }));
  world.simulator.console.behaviour(undefined, { taskMs: 60 * MINUTE });
  expectAlerts(await recorded(world, 150), 'SyncRunOverdue', [
    { ...JOB, kind: 'SyncPipeline', name: 'morning' },
    { ...JOB, kind: 'SyncTransformation', name: 'daily' },
  ]);
});

test('data that is stale', async () => {
  const world = await healthyWorld();
  world.simulator.console.behaviour(itemNamed(world, 'jobs', 'Nightly').id, { outcome: 'fail' });
  expectAlerts(await recorded(world, 200), 'SyncDataStale', [{ ...JOB, reason: 'NeverSucceeded' }]);
});

test('a run that moved nothing', async () => {
  const world = await healthyWorld();
  world.simulator.console.behaviour(itemNamed(world, 'jobs', 'Nightly').id, { records: 0 });
  expectAlerts(await recorded(world, 75), 'SyncTooFewRecords', [JOB]);
});

test('nobody who can hold the Lease', async () => {
  const world = await healthyWorld();
  world.cluster.faults.add({ match: ({ resource }) => resource === 'leases', outcome: { reject: 500 } });
  expectAlerts(await recorded(world, 5), 'SyncOperatorNoLeader', [{}]);
});

test('more work than the server takes', async () => {
  const world = await healthyWorld();
  world.apply(server({ limits: { requestsPerSecond: 1, burst: 1 } }));
  await world.settle(MINUTE);
  for (let at = 0; at < 800; at++) world.apply(connection({ name: `C${at}` }, { name: `c${at}` }));
  expectAlerts(await recorded(world, 20), 'SyncQueueBacklog', [{ name: 'syncconnection' }]);
});

test('a role that is too small', async () => {
  const world = await healthyWorld();
  world.cluster.faults.add({ match: ({ resource }) => resource === 'secrets', outcome: { reject: 403 } });
  expectAlerts(await recorded(world, 35), 'SyncOperatorForbidden', [{}]);
});

test('every alert was seen to fire, and has its section in the runbook', () => {
  expect([...fired].sort()).toEqual([...NAMES].sort());
  const sections = [...readFileSync('docs/runbook.md', 'utf8').matchAll(/^## (\w+)$/gm)].map(([, name]) => name!);
  expect(sections).toEqual(NAMES);
  expect(new Set(RULES.map(({ labels }) => labels.severity))).toEqual(new Set(['critical', 'warning', 'info']));
});
