import type { Dialect } from './dialect.ts';
import type { Operation } from './operations/call.ts';
import {
  addChild,
  listChildren,
  moveChild,
  type ParentKind,
  removeChild,
  retrieveChild,
  updateChild,
} from './operations/children.ts';
import * as connections from './operations/connections.ts';
import { create, list, remove, retrieve, update } from './operations/crud.ts';
import { removePipeline } from './operations/pipelines.ts';
import {
  cancel,
  execute,
  history,
  historyEntry,
  lastRunOfTasks,
  runningRules,
  status,
  taskHistory,
} from './operations/running.ts';
import { generateToken } from './operations/users.ts';
import { workspaceRules } from './operations/workspaces.ts';

/** One operation at one place. `{name}` matches one segment. */
export interface Route {
  /** `jobs.execute` */
  id: string;
  method: string;
  /** Below `/api.rsc/v2`. */
  path: string;
  /** `action` changes nothing although it is a POST. */
  access: 'read' | 'write' | 'action';
  operation: Operation;
}

export const API_PATH = '/api.rsc/v2';

/** The routes that a server of this dialect has; sync-api-v2.md section 4. */
export function routesOf(dialect: Dialect): Route[] {
  return [
    ...workspaceRoutes(),
    ...connectionRoutes(dialect),
    ...jobRoutes(dialect),
    ...transformationRoutes(dialect),
    ...pipelineRoutes(dialect),
    ...eventRoutes(),
    ...userRoutes(dialect),
  ];
}

function workspaceRoutes(): Route[] {
  return [
    get('workspaces.list', '/workspaces', list('workspace')),
    get('workspaces.get', '/workspaces/{id}', retrieve('workspace')),
    write('workspaces.create', 'POST', '/workspaces', create('workspace')),
    write('workspaces.update', 'PUT', '/workspaces/{id}', update('workspace')),
    write('workspaces.delete', 'DELETE', '/workspaces/{id}', remove('workspace', workspaceRules)),
  ];
}

function connectionRoutes({ columnsRoute, downloadRoute }: Dialect): Route[] {
  const { connectionRules: rules } = connections;
  const one = '/connections/{id}';
  const columns = columnsRoute === 'path' ? `${one}/tables/{table}/columns` : `${one}/columns`;
  const download = downloadRoute === 'body' ? `${one}/logs/download` : `${one}/logs/{file}/download`;
  return [
    get('connections.list', '/workspaces/{parent}/connections', list('connection')),
    get('connections.get', one, retrieve('connection')),
    write('connections.create', 'POST', '/workspaces/{parent}/connections', create('connection', rules)),
    write('connections.update', 'PUT', one, update('connection', rules)),
    write('connections.delete', 'DELETE', one, remove('connection', rules)),
    action('connections.test', `${one}/test`, connections.test),
    get('connections.tables', `${one}/tables`, connections.tables),
    ...unless(columnsRoute === 'absent', get('connections.columns', columns, connections.columns)),
    write('connections.resetMetadata', 'POST', `${one}/reset-metadata`, connections.resetMetadata),
    write('connections.resetCredentials', 'POST', `${one}/reset-credentials`, connections.resetCredentials),
    get('connections.logs.list', `${one}/logs`, connections.logs),
    ...unless(downloadRoute === 'absent', action('connections.logs.download', download, connections.downloadLog)),
  ];
}

function jobRoutes(dialect: Dialect): Route[] {
  const { lastRunRoute, retrieveJob } = dialect;
  const one = '/jobs/{id}';
  const lastRun = lastRunRoute === 'tasks' ? `${one}/tasks/last-run` : `${one}/last-run`;
  const retrieveOne: Operation =
    retrieveJob === 'empty' ? () => ({ kind: 'object', status: 200, body: {} }) : retrieve('job');
  return [
    get('jobs.list', '/workspaces/{parent}/jobs', list('job')),
    write('jobs.create', 'POST', '/workspaces/{parent}/jobs', create('job')),
    ...unless(retrieveJob === 'absent', get('jobs.get', one, retrieveOne)),
    write('jobs.update', 'PUT', one, update('job', runningRules)),
    write('jobs.delete', 'DELETE', one, remove('job', runningRules)),
    write('jobs.execute', 'POST', `${one}/execute`, execute('job')),
    write('jobs.cancel', 'POST', `${one}/cancel`, cancel('job')),
    get('jobs.history', `${one}/history`, history('job')),
    get('jobs.historyEntry', `${one}/history/{history}`, historyEntry('job')),
    ...statusRoute(dialect, 'job'),
    // Before the item route: `last-run` must not be taken for a task's id.
    ...unless(lastRunRoute === 'absent', get('jobs.tasks.lastRun', lastRun, lastRunOfTasks)),
    ...taskRoutes(dialect, 'job'),
    get('jobs.tasks.history', `${one}/tasks/{child}/history`, taskHistory),
  ];
}

function transformationRoutes(dialect: Dialect): Route[] {
  const one = '/transformations/{id}';
  return [
    get('transformations.list', '/workspaces/{parent}/transformations', list('transformation')),
    get('transformations.get', one, retrieve('transformation')),
    write('transformations.create', 'POST', '/workspaces/{parent}/transformations', create('transformation')),
    write('transformations.update', 'PUT', one, update('transformation', runningRules)),
    write('transformations.delete', 'DELETE', one, remove('transformation', runningRules)),
    write('transformations.execute', 'POST', `${one}/execute`, execute('transformation')),
    get('transformations.history', `${one}/history`, history('transformation')),
    ...statusRoute(dialect, 'transformation'),
    ...taskRoutes(dialect, 'transformation'),
  ];
}

function pipelineRoutes(dialect: Dialect): Route[] {
  const one = '/pipelines/{id}';
  const step = `${one}/steps/{child}`;
  return [
    get('pipelines.list', '/workspaces/{parent}/pipelines', list('pipeline')),
    get('pipelines.get', one, retrieve('pipeline')),
    write('pipelines.create', 'POST', '/workspaces/{parent}/pipelines', create('pipeline')),
    write('pipelines.update', 'PUT', one, update('pipeline', runningRules)),
    write('pipelines.delete', 'DELETE', one, removePipeline),
    write('pipelines.execute', 'POST', `${one}/execute`, execute('pipeline')),
    write('pipelines.cancel', 'POST', `${one}/cancel`, cancel('pipeline')),
    get('pipelines.history', `${one}/history`, history('pipeline')),
    get('pipelines.historyEntry', `${one}/history/{history}`, historyEntry('pipeline')),
    ...statusRoute(dialect, 'pipeline'),
    get('pipelines.steps.list', `${one}/steps`, listChildren('pipeline')),
    write('pipelines.steps.add', 'POST', `${one}/steps`, addChild('pipeline')),
    write('pipelines.steps.update', 'PUT', step, updateChild('pipeline')),
    write('pipelines.steps.delete', 'DELETE', step, removeChild('pipeline')),
    ...moveRoute(dialect, 'pipelines.steps.move', `${step}/move`, 'pipeline'),
  ];
}

function eventRoutes(): Route[] {
  const all = '/pipelines/{parent}/events';
  return [
    get('events.list', all, list('event')),
    get('events.get', `${all}/{id}`, retrieve('event')),
    write('events.create', 'POST', all, create('event')),
    write('events.update', 'PUT', `${all}/{id}`, update('event')),
    write('events.delete', 'DELETE', `${all}/{id}`, remove('event', runningRules)),
  ];
}

function userRoutes({ usersPath }: Dialect): Route[] {
  const createUser = (path: string) => write('users.create', 'POST', path, create('user'));
  const toPlain: Operation = () => ({ kind: 'redirect', to: `${API_PATH}/users` });
  const redirect: Route = { id: 'users.create', method: 'POST', path: '/users/', access: 'action', operation: toPlain };
  return [
    get('users.list', '/users', list('user')),
    get('users.get', '/users/{id}', retrieve('user')),
    ...(usersPath === 'both' || usersPath === 'slash' ? [createUser('/users/')] : []),
    ...(usersPath === 'both' || usersPath === 'plain' ? [createUser('/users')] : []),
    ...(usersPath === 'plain' ? [redirect] : []),
    write('users.update', 'PUT', '/users/{id}', update('user')),
    write('users.delete', 'DELETE', '/users/{id}', remove('user')),
    write('users.generateToken', 'POST', '/users/generate-token', generateToken),
  ];
}

function taskRoutes(dialect: Dialect, kind: 'job' | 'transformation'): Route[] {
  const all = `/${kind}s/{id}/tasks`;
  const one = `${all}/{child}`;
  return [
    get(`${kind}s.tasks.list`, all, listChildren(kind)),
    get(`${kind}s.tasks.get`, one, retrieveChild(kind)),
    write(`${kind}s.tasks.add`, 'POST', all, addChild(kind)),
    write(`${kind}s.tasks.update`, 'PUT', one, updateChild(kind)),
    write(`${kind}s.tasks.delete`, 'DELETE', one, removeChild(kind)),
    ...moveRoute(dialect, `${kind}s.tasks.move`, `${one}/move`, kind),
  ];
}

function moveRoute({ moveMethod }: Dialect, id: string, path: string, kind: ParentKind): Route[] {
  return unless(moveMethod === 'absent', write(id, moveMethod === 'put' ? 'PUT' : 'POST', path, moveChild(kind)));
}

function statusRoute({ statusRoute: served }: Dialect, kind: ParentKind): Route[] {
  const operation: Operation = served === 'loginPage' ? () => ({ kind: 'loginPage' }) : status(kind);
  return unless(served === 'absent', get(`${kind}s.status`, `/${kind}s/{id}/status`, operation));
}

function get(id: string, path: string, operation: Operation): Route {
  return { id, method: 'GET', path, access: 'read', operation };
}

function action(id: string, path: string, operation: Operation): Route {
  return { id, method: 'POST', path, access: 'action', operation };
}

function write(id: string, method: string, path: string, operation: Operation): Route {
  return { id, method, path, access: 'write', operation };
}

function unless(absent: boolean, route: Route): Route[] {
  return absent ? [] : [route];
}
