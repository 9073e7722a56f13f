/** How often a call may be repeated: reads and idempotent writes may be, other writes and executes never blindly. */
export type Access = 'read' | 'idempotent' | 'write' | 'execute';

/** `documented`: URL read on a v2 page. `pattern`: the method is, the URL follows the item pattern. `inferred`: our guess. */
export type Provenance = 'documented' | 'pattern' | 'inferred';

/** One operation of the API and every URL that it may have. */
export interface Operation {
  id: string;
  api: string;
  /** The first is what is documented; more only where no page names one. */
  methods: readonly string[];
  /** Below the API path, in the order in which they are tried; `{name}` is a parameter. */
  paths: readonly string[];
  provenance: Provenance;
  access: Access;
  usedBy: string;
}

const doc = 'documented';
const pat = 'pattern';
const inf = 'inferred';

type Row = readonly [id: string, method: string, provenance: Provenance, access: Access, paths: string, usedBy: string];

/** sync-api-v2.md section 4, in its order; paths and methods are separated by spaces. */
const ROWS: readonly Row[] = [
  ['workspaces.list', 'GET', doc, 'read', '/workspaces', 'probe, control reads, finding a workspace'],
  ['workspaces.get', 'GET', doc, 'read', '/workspaces/{workspace_id}', 'SyncWorkspace; server identity'],
  ['workspaces.create', 'POST', doc, 'write', '/workspaces', 'SyncWorkspace'],
  ['workspaces.update', 'PUT', pat, 'idempotent', '/workspaces/{workspace_id}', 'SyncWorkspace, name'],
  [
    'workspaces.delete',
    'DELETE',
    pat,
    'idempotent',
    '/workspaces/{workspace_id}',
    'SyncWorkspace, deletionPolicy Delete',
  ],

  ['connections.list', 'GET', doc, 'read', '/workspaces/{workspace_id}/connections', 'snapshot'],
  ['connections.get', 'GET', doc, 'read', '/connections/{connection_id}', 'SyncConnection, deep read'],
  ['connections.create', 'POST', doc, 'write', '/workspaces/{workspace_id}/connections', 'SyncConnection'],
  ['connections.update', 'PUT', pat, 'idempotent', '/connections/{connection_id}', 'SyncConnection'],
  [
    'connections.delete',
    'DELETE',
    pat,
    'idempotent',
    '/connections/{connection_id}',
    'SyncConnection, deletionPolicy Delete',
  ],
  [
    'connections.test',
    'POST',
    inf,
    'idempotent',
    '/connections/{connection_id}/test /connections/{connection_id}/test-connection',
    'SyncConnection test; kubectl sync test',
  ],
  [
    'connections.tables',
    'GET',
    inf,
    'read',
    '/connections/{connection_id}/tables /connections/{connection_id}/metadata/tables',
    'SyncJob verifyTables; kubectl sync tables',
  ],
  [
    'connections.columns',
    'GET',
    inf,
    'read',
    '/connections/{connection_id}/tables/{table}/columns /connections/{connection_id}/columns?table={table}',
    'kubectl sync columns',
  ],
  [
    'connections.resetMetadata',
    'POST PUT',
    inf,
    'write',
    '/connections/{connection_id}/reset-metadata /connections/{connection_id}/metadata/reset',
    'reset-metadata-requested-at; kubectl sync reset-metadata',
  ],
  [
    'connections.resetCredentials',
    'POST',
    inf,
    'write',
    '/connections/{connection_id}/reset-credentials /connections/{connection_id}/credentials/reset',
    'reset-credentials-requested-at; kubectl sync reset-credentials',
  ],
  [
    'connections.logs.list',
    'GET',
    inf,
    'read',
    '/connections/{connection_id}/logs /connections/{connection_id}/log-files',
    'kubectl sync logs',
  ],
  [
    'connections.logs.download',
    'POST',
    inf,
    'idempotent',
    '/connections/{connection_id}/logs/download /connections/{connection_id}/logs/{file}/download /connections/{connection_id}/logs/{file} /connections/{connection_id}/download-log',
    'kubectl sync logs',
  ],

  ['jobs.list', 'GET', doc, 'read', '/workspaces/{workspace_id}/jobs', 'snapshot'],
  ['jobs.create', 'POST', doc, 'write', '/workspaces/{workspace_id}/jobs', 'SyncJob'],
  [
    'jobs.get',
    'GET',
    inf,
    'read',
    '/jobs/{job_id}',
    'SyncJob, deep read; in no list of the documentation, the list stands in for it',
  ],
  ['jobs.update', 'PUT', pat, 'idempotent', '/jobs/{job_id}', 'SyncJob'],
  ['jobs.delete', 'DELETE', pat, 'idempotent', '/jobs/{job_id}', 'SyncJob, deletionPolicy Delete'],
  ['jobs.execute', 'POST', inf, 'execute', '/jobs/{job_id}/execute /jobs/{job_id}/run', 'SyncRun'],
  [
    'jobs.cancel',
    'POST',
    inf,
    'write',
    '/jobs/{job_id}/cancel /jobs/{job_id}/stop',
    'SyncRun cancel; busyPolicy Cancel',
  ],
  ['jobs.history', 'GET', inf, 'read', '/jobs/{job_id}/history /jobs/{job_id}/job-history', 'SyncJob lastRun; SyncRun'],
  [
    'jobs.historyEntry',
    'GET',
    inf,
    'read',
    '/jobs/{job_id}/history/{history_id} /jobs/{job_id}/job-history/{history_id}',
    'SyncRun',
  ],
  ['jobs.status', 'GET', inf, 'read', '/jobs/{job_id}/status /jobs/{job_id}/job-status', 'SyncRun; busy jobs'],
  ['jobs.tasks.list', 'GET', inf, 'read', '/jobs/{job_id}/tasks', 'SyncJob tasks, deep read'],
  ['jobs.tasks.get', 'GET', inf, 'read', '/jobs/{job_id}/tasks/{task_id}', 'SyncJob tasks'],
  ['jobs.tasks.add', 'POST', inf, 'write', '/jobs/{job_id}/tasks', 'SyncJob tasks'],
  ['jobs.tasks.update', 'PUT', inf, 'idempotent', '/jobs/{job_id}/tasks/{task_id}', 'SyncJob tasks'],
  ['jobs.tasks.delete', 'DELETE', inf, 'idempotent', '/jobs/{job_id}/tasks/{task_id}', 'SyncJob tasks'],
  ['jobs.tasks.move', 'POST PUT', inf, 'write', '/jobs/{job_id}/tasks/{task_id}/move', 'SyncJob tasks'],
  [
    'jobs.tasks.lastRun',
    'GET',
    inf,
    'read',
    '/jobs/{job_id}/tasks/last-run /jobs/{job_id}/last-run /jobs/{job_id}/tasks/last-runs',
    'SyncJob taskRuns',
  ],
  ['jobs.tasks.history', 'GET', inf, 'read', '/jobs/{job_id}/tasks/{task_id}/history', 'kubectl sync history'],

  ['transformations.list', 'GET', doc, 'read', '/workspaces/{workspace_id}/transformations', 'snapshot'],
  ['transformations.get', 'GET', doc, 'read', '/transformations/{transformation_id}', 'SyncTransformation, deep read'],
  ['transformations.create', 'POST', doc, 'write', '/workspaces/{workspace_id}/transformations', 'SyncTransformation'],
  ['transformations.update', 'PUT', pat, 'idempotent', '/transformations/{transformation_id}', 'SyncTransformation'],
  [
    'transformations.delete',
    'DELETE',
    pat,
    'idempotent',
    '/transformations/{transformation_id}',
    'SyncTransformation, deletionPolicy Delete',
  ],
  [
    'transformations.execute',
    'POST',
    inf,
    'execute',
    '/transformations/{transformation_id}/execute /transformations/{transformation_id}/run',
    'SyncRun',
  ],
  [
    'transformations.history',
    'GET',
    inf,
    'read',
    '/transformations/{transformation_id}/history /transformations/{transformation_id}/transformation-history',
    'SyncTransformation lastRun; SyncRun',
  ],
  [
    'transformations.status',
    'GET',
    inf,
    'read',
    '/transformations/{transformation_id}/status /transformations/{transformation_id}/transformation-status',
    'SyncRun; busy transformations',
  ],
  [
    'transformations.tasks.list',
    'GET',
    inf,
    'read',
    '/transformations/{transformation_id}/tasks',
    'SyncTransformation tasks, deep read',
  ],
  [
    'transformations.tasks.get',
    'GET',
    inf,
    'read',
    '/transformations/{transformation_id}/tasks/{task_id}',
    'SyncTransformation tasks',
  ],
  [
    'transformations.tasks.add',
    'POST',
    inf,
    'write',
    '/transformations/{transformation_id}/tasks',
    'SyncTransformation tasks',
  ],
  [
    'transformations.tasks.update',
    'PUT',
    inf,
    'idempotent',
    '/transformations/{transformation_id}/tasks/{task_id}',
    'SyncTransformation tasks',
  ],
  [
    'transformations.tasks.delete',
    'DELETE',
    inf,
    'idempotent',
    '/transformations/{transformation_id}/tasks/{task_id}',
    'SyncTransformation tasks',
  ],
  [
    'transformations.tasks.move',
    'POST PUT',
    inf,
    'write',
    '/transformations/{transformation_id}/tasks/{task_id}/move',
    'SyncTransformation tasks',
  ],

  ['pipelines.list', 'GET', doc, 'read', '/workspaces/{workspace_id}/pipelines', 'snapshot'],
  ['pipelines.get', 'GET', doc, 'read', '/pipelines/{pipeline_id}', 'SyncPipeline, deep read'],
  ['pipelines.create', 'POST', doc, 'write', '/workspaces/{workspace_id}/pipelines', 'SyncPipeline'],
  ['pipelines.update', 'PUT', doc, 'idempotent', '/pipelines/{pipeline_id}', 'SyncPipeline'],
  [
    'pipelines.delete',
    'DELETE',
    doc,
    'idempotent',
    '/pipelines/{pipeline_id}',
    'SyncPipeline, deletionPolicy Delete; always with pipeline_only',
  ],
  [
    'pipelines.execute',
    'POST',
    inf,
    'execute',
    '/pipelines/{pipeline_id}/execute /pipelines/{pipeline_id}/run',
    'SyncRun',
  ],
  [
    'pipelines.cancel',
    'POST',
    inf,
    'write',
    '/pipelines/{pipeline_id}/cancel /pipelines/{pipeline_id}/stop',
    'SyncRun cancel',
  ],
  [
    'pipelines.history',
    'GET',
    inf,
    'read',
    '/pipelines/{pipeline_id}/history /pipelines/{pipeline_id}/pipeline-history',
    'SyncPipeline lastRun; SyncRun',
  ],
  [
    'pipelines.historyEntry',
    'GET',
    inf,
    'read',
    '/pipelines/{pipeline_id}/history/{history_id} /pipelines/{pipeline_id}/pipeline-history/{history_id}',
    'SyncRun',
  ],
  [
    'pipelines.status',
    'GET',
    inf,
    'read',
    '/pipelines/{pipeline_id}/status /pipelines/{pipeline_id}/pipeline-status',
    'SyncRun; busy pipelines',
  ],
  ['pipelines.steps.list', 'GET', inf, 'read', '/pipelines/{pipeline_id}/steps', 'SyncPipeline steps, deep read'],
  ['pipelines.steps.add', 'POST', inf, 'write', '/pipelines/{pipeline_id}/steps', 'SyncPipeline steps'],
  [
    'pipelines.steps.update',
    'PUT',
    inf,
    'idempotent',
    '/pipelines/{pipeline_id}/steps/{step_id}',
    'SyncPipeline steps',
  ],
  [
    'pipelines.steps.delete',
    'DELETE',
    inf,
    'idempotent',
    '/pipelines/{pipeline_id}/steps/{step_id}',
    'SyncPipeline steps',
  ],
  [
    'pipelines.steps.move',
    'POST PUT',
    inf,
    'write',
    '/pipelines/{pipeline_id}/steps/{step_id}/move',
    'SyncPipeline steps',
  ],

  ['events.list', 'GET', doc, 'read', '/pipelines/{pipeline_id}/events', 'SyncEvent; deletion of a SyncPipeline'],
  ['events.get', 'GET', doc, 'read', '/pipelines/{pipeline_id}/events/{event_id}', 'SyncEvent, deep read'],
  ['events.create', 'POST', doc, 'write', '/pipelines/{pipeline_id}/events', 'SyncEvent'],
  ['events.update', 'PUT', doc, 'idempotent', '/pipelines/{pipeline_id}/events/{event_id}', 'SyncEvent'],
  [
    'events.delete',
    'DELETE',
    pat,
    'idempotent',
    '/pipelines/{pipeline_id}/events/{event_id}',
    'SyncEvent, deletionPolicy Delete',
  ],

  ['users.list', 'GET', doc, 'read', '/users', 'SyncUser'],
  ['users.get', 'GET', doc, 'read', '/users/{user_id}', 'SyncUser, deep read'],
  ['users.create', 'POST', doc, 'write', '/users/ /users', 'SyncUser; the page prints the trailing slash'],
  ['users.update', 'PUT', doc, 'idempotent', '/users/{user_id}', 'SyncUser'],
  ['users.delete', 'DELETE', pat, 'idempotent', '/users/{user_id}', 'SyncUser, deletionPolicy Delete'],
  ['users.generateToken', 'POST', doc, 'write', '/users/generate-token', 'kubectl sync token'],
];

/** Every operation of sync-api-v2.md section 4 (74), and `jobs.get`, which no page lists. */
export const OPERATIONS: readonly Operation[] = ROWS.map(([id, methods, provenance, access, paths, usedBy]) => ({
  id,
  api: id.slice(0, id.indexOf('.')),
  methods: methods.split(' '),
  paths: paths.split(' '),
  provenance,
  access,
  usedBy,
}));

/** The operation of that id. Throws RangeError for an id that is not in the table. */
export function operationOf(id: string): Operation {
  const operation = OPERATIONS.find((candidate) => candidate.id === id);
  if (!operation) throw new RangeError(`no operation is called ${id}`);
  return operation;
}

/** One URL of one operation; the path is below the API path. */
export interface Route {
  method: string;
  path: string;
}

/** The table's candidates of an operation: every method of the first path, then of the next. */
export function candidatesOf(operation: Operation): Route[] {
  return operation.paths.flatMap((path) => operation.methods.map((method) => ({ method, path })));
}

/** May a call to `a` be taken for one to `b` by a server? Parameters match any segment. */
export function routesCollide(a: Route, b: Route): boolean {
  if (a.method !== b.method) return false;
  const [left, right] = [segments(a.path), segments(b.path)];
  if (left.length !== right.length) return false;
  return left.every((segment, i) => segment === right[i] || isParameter(segment) || isParameter(right[i]!));
}

/** Deletes, cancels and executes: what must never reach the URL of something else. */
export function isDangerous(operation: Operation): boolean {
  return operation.access === 'execute' || /\.(delete|cancel)$/.test(operation.id);
}

/** The operation that `route` would be taken for, if `operation` is dangerous and another one has that URL. */
export function collisionOf(operation: Operation, route: Route): Operation | undefined {
  return OPERATIONS.find(
    (other) =>
      other.id !== operation.id &&
      (isDangerous(operation) || isDangerous(other)) &&
      candidatesOf(other).some((candidate) => routesCollide(route, candidate)),
  );
}

function segments(path: string): string[] {
  return path.replace(/\?.*$/, '').split('/').filter(Boolean);
}

function isParameter(segment: string): boolean {
  return segment.startsWith('{');
}
