import { describe, expect, test } from 'vitest';
import { API_VERSION } from './common.ts';
import { parseResource } from './definition.ts';
import { definitionOf } from './registry.ts';
import { parseSyncConnection } from './syncConnection.ts';
import { parseSyncJob } from './syncJob.ts';
import { parseSyncServer } from './syncServer.ts';

const job = {
  workspaceRef: { name: 'w' },
  name: 'j',
  type: 'Standard',
  sourceRef: { name: 's' },
  destinationRef: { name: 'd' },
};
const connection = { workspaceRef: { name: 'w' }, name: 'c', connector: 'CSV' };
const server = { url: 'https://sync.example.com:8181', auth: { tokenSecretRef: { name: 'token' } } };
const workspace = { serverRef: { name: 's' }, name: 'w' };
const event = { pipelineRef: { name: 'p' }, name: 'e' };

const object = (kind: string, spec: unknown) => ({ apiVersion: API_VERSION, kind, metadata: { name: 'x' }, spec });

function problemsOf(kind: string, spec: unknown): string[] {
  const parsed = parseResource(definitionOf(kind)!, object(kind, spec));
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path}: ${message}`);
}

test.each([
  ['SyncServer', server],
  ['SyncServer', { ...server, url: 'http://[::1]:8181/', apiPath: '/sync/api.rsc/v2', proxyUrl: 'http://proxy:3128' }],
  ['SyncWorkspace', workspace],
  ['SyncWorkspace', { serverRef: { name: 's', namespace: 'infra' }, id: 'default' }],
  ['SyncConnection', connection],
  ['SyncJob', job],
  ['SyncJob', { ...job, workspaceRef: { id: 'default' }, serverRef: { name: 's' } }],
  ['SyncJob', { workspaceRef: { name: 'w' }, name: 'imported', id: '77' }],
  ['SyncJob', { workspaceRef: { name: 'w' }, name: 'watched', managementPolicy: 'Observe' }],
  ['SyncJob', { ...job, type: 'SomethingNew', schedule: { cron: '0 0 0 ? * MON-FRI *' }, tasks: [] }],
  ['SyncJob', { ...job, tasks: [{ table: 'a' }, { query: 'REPLICATE [b]', extra: { deep: [1, { x: null }] } }] }],
  ['SyncTransformation', { workspaceRef: { name: 'w' }, name: 't', type: 'SQL', destinationRef: { id: '1' } }],
  [
    'SyncPipeline',
    { workspaceRef: { name: 'w' }, name: 'p', steps: [{ jobRef: { name: 'j' } }, { eventRef: { id: '1' } }] },
  ],
  ['SyncEvent', { ...event, script: 'x' }],
  ['SyncUser', { serverRef: { name: 's' }, user: 'u', roles: ['cdata_admin'] }],
  ['SyncRun', { jobRef: { name: 'j' } }],
  ['SyncRun', { pipelineRef: { id: '1' }, serverRef: { name: 's' } }],
])('%s is taken', (kind, spec) => {
  expect(problemsOf(kind, spec)).toEqual([]);
});

test.each([
  ['SyncServer', { ...server, url: 'https://sync/api.rsc' }, 'spec.url', 'apiPath'],
  ['SyncServer', { ...server, url: 'https://user:pw@sync' }, 'spec.url', 'without'],
  ['SyncServer', { ...server, url: 'sync:8181' }, 'spec.url', 'http(s)://'],
  ['SyncServer', { ...server, apiPath: '/api/../admin' }, 'spec.apiPath', 'must start with /'],
  ['SyncServer', { ...server, apiPath: '/api/' }, 'spec.apiPath', 'not end'],
  ['SyncServer', { ...server, pollInterval: '1 minute' }, 'spec.pollInterval', '1h30m'],
  [
    'SyncServer',
    { ...server, tls: { caSecretRef: { name: 'a' }, caConfigMapRef: { name: 'b' } } },
    'spec.tls',
    'not both',
  ],
  [
    'SyncServer',
    { ...server, routes: [{ operation: 'jobs.get', method: 'GET', path: '/../v1/x' }] },
    'spec.routes[0].path',
    'no ..',
  ],
  [
    'SyncServer',
    { ...server, access: [{ namespaces: { from: 'Names' } }] },
    'spec.access[0].namespaces.names',
    'must not be empty',
  ],
  [
    'SyncServer',
    { ...server, access: [{ namespaces: { from: 'All', names: ['a'] } }] },
    'spec.access[0].namespaces.names',
    'from: Names',
  ],
  [
    'SyncServer',
    { ...server, access: [{ namespaces: { from: 'Selector' } }] },
    'spec.access[0].namespaces.selector',
    'from: All',
  ],
  ['SyncServer', { ...server, limits: { concurrency: 0 } }, 'spec.limits.concurrency', '>=1'],
  ['SyncWorkspace', { serverRef: { name: 's' } }, 'spec', 'give name'],
  ['SyncWorkspace', { ...workspace, changePolicy: 'Yolo' }, 'spec.changePolicy', 'Safe'],
  ['SyncConnection', { ...connection, connector: undefined }, 'spec', 'connector must be given'],
  ['SyncConnection', { ...connection, labels: ['a', 'a'] }, 'spec.labels', 'once'],
  ['SyncConnection', { ...connection, propertiesFrom: [{ property: 'P' }] }, 'spec.propertiesFrom[0]', 'either'],
  [
    'SyncConnection',
    {
      ...connection,
      properties: { P: '1' },
      propertiesFrom: [{ property: 'P', configMapKeyRef: { name: 'a', key: 'b' } }],
    },
    'spec.propertiesFrom',
    'not in both',
  ],
  ['SyncJob', { ...job, name: undefined }, 'spec.name', 'expected string'],
  ['SyncJob', { ...job, sourceRef: undefined }, 'spec', 'imported by id'],
  ['SyncJob', { ...job, workspaceRef: { name: 'w', id: '1' } }, 'spec.workspaceRef', 'not both'],
  ['SyncJob', { ...job, workspaceRef: { id: '1' } }, 'spec.serverRef', 'goes with'],
  ['SyncJob', { ...job, serverRef: { name: 's' } }, 'spec.serverRef', 'only with it'],
  ['SyncJob', { ...job, sourceRef: { name: 'Not_A_Name' } }, 'spec.sourceRef.name', 'lower case'],
  [
    'SyncJob',
    { ...job, tasks: [{ table: 'a' }, { table: 'a', query: 'q' }] },
    'spec.tasks[1]',
    'either a table or a query',
  ],
  ['SyncJob', { ...job, tasks: [{}] }, 'spec.tasks[0]', 'either a table or a query'],
  ['SyncJob', { ...job, type: 'sync_all', tasks: [{ table: 'a' }] }, 'spec.tasks', 'SyncAll takes no tasks'],
  ['SyncJob', { ...job, tasks: Array(2001).fill({ table: 'a' }) }, 'spec.tasks', '<=2000'],
  ['SyncJob', { ...job, schedule: { cron: '0 * * *' } }, 'spec.schedule.cron', '5 to 7 fields'],
  ['SyncJob', { ...job, schedule: { cron: '0 0 0 0 0 0 0 0' } }, 'spec.schedule.cron', '5 to 7 fields'],
  ['SyncPipeline', { workspaceRef: { name: 'w' }, name: 'p', steps: [{}] }, 'spec.steps[0]', 'exactly one'],
  [
    'SyncEvent',
    { ...event, script: 'x', scriptFrom: { configMapKeyRef: { name: 'a', key: 'b' } } },
    'spec',
    'not both',
  ],
  ['SyncEvent', { ...event, pipelineRef: { id: '1' } }, 'spec.serverRef', 'goes with'],
  ['SyncRun', {}, 'spec', 'exactly one'],
  ['SyncRun', { jobRef: { name: 'j' }, pipelineRef: { name: 'p' } }, 'spec', 'exactly one'],
  ['SyncRun', { jobRef: { id: '1' } }, 'spec', 'beside it'],
  ['SyncRun', { jobRef: { name: 'j' }, serverRef: { name: 's' } }, 'spec', 'needs neither'],
])('%s is refused with a remedy (%#)', (kind, spec, path, words) => {
  const problems = problemsOf(kind, spec);
  expect(problems.filter((line) => line.startsWith(`${path}:`)).join()).toContain(words);
});

describe('reading', () => {
  test('fills in what is local to the operator, for a server', () => {
    const parsed = parseSyncServer(object('SyncServer', { ...server, limits: { burst: 5 } }));
    expect(parsed.ok && parsed.value.spec).toEqual({
      url: 'https://sync.example.com:8181',
      apiPath: '/api.rsc/v2',
      auth: { method: 'Header', tokenSecretRef: { name: 'token' } },
      limits: {
        requestsPerSecond: 10,
        burst: 5,
        concurrency: 8,
        deepReadsPerMinute: 30,
        runReadsPerMinute: 60,
        maxBodyBytes: 64 * 1024 * 1024,
      },
      timeouts: { connect: '5s', read: '30s', write: '8s', test: '120s' },
      pollInterval: '60s',
      lagGrace: '60s',
      resyncInterval: '6h',
    });
  });

  test('adds nothing to a job: only what the spec names is managed', () => {
    const parsed = parseSyncJob(object('SyncJob', { ...job, options: {}, alerts: {} }));
    expect(parsed.ok && parsed.value.spec).toEqual({ ...job, options: {}, alerts: {} });
  });

  test('drops what the schema does not know, as the API server does, and keeps metadata and status', () => {
    const parsed = parseSyncConnection({
      ...object('SyncConnection', { ...connection, tyop: 1, properties: { A: 'b' } }),
      metadata: { name: 'x', uid: 'u', managedFields: [] },
      status: { id: '5', future: true },
    });
    expect(parsed).toEqual({
      ok: true,
      value: {
        apiVersion: API_VERSION,
        kind: 'SyncConnection',
        metadata: { name: 'x', uid: 'u', managedFields: [] },
        spec: { ...connection, properties: { A: 'b' } },
        status: { id: '5', future: true },
      },
    });
  });

  test.each([undefined, null, 'text', [], {}, { apiVersion: API_VERSION }])('says what is wrong with %j', (value) => {
    const parsed = parseSyncJob(value);
    expect(parsed.ok).toBe(false);
    expect(!parsed.ok && parsed.problems.map(({ path }) => path)).toEqual(expect.arrayContaining(['kind', 'spec']));
  });

  test('an unquoted number in properties is refused, naming the property', () => {
    expect(problemsOf('SyncConnection', { ...connection, properties: { Port: 1433 } })).toEqual([
      expect.stringContaining('spec.properties.Port:'),
    ]);
  });
});
