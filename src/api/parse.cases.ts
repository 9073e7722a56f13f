/** Specs that parser and API server must agree on, for tests: `parse.test.ts` here, CEL rules against a real API server. */

export const job = {
  workspaceRef: { name: 'w' },
  name: 'j',
  type: 'Standard',
  sourceRef: { name: 's' },
  destinationRef: { name: 'd' },
};
export const connection = { workspaceRef: { name: 'w' }, name: 'c', connector: 'CSV' };
export const server = { url: 'https://sync.example.com:8181', auth: { tokenSecretRef: { name: 'token' } } };
const workspace = { serverRef: { name: 's' }, name: 'w' };
const event = { pipelineRef: { name: 'p' }, name: 'e' };

/** [kind, spec] */
export const TAKEN: readonly (readonly [string, object])[] = [
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
];

/** [kind, spec, path of the problem, words of its message] */
export const REFUSED: readonly (readonly [string, object, string, string])[] = [
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
  ['SyncConnection', { ...connection, connector: undefined }, 'spec.connector', 'connector must be given'],
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
  ['SyncJob', { ...job, sourceRef: undefined }, 'spec.sourceRef', 'sourceRef must be given'],
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
];
