import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Survey } from '../../src/sync/survey/survey.ts';
import { type Dialect, referenceDialect, SWITCHES, type Switch } from '../simulator/dialect.ts';
import { pairwise } from '../simulator/pairwise.ts';
import { SYNC_URL, server } from '../support/manifests.ts';
import type { Handler } from '../support/server.ts';
import { createWorld } from '../support/world.ts';
import { createCli } from './cli.ts';
import { EXPORT_SECRETS, populate } from './exportEstate.ts';

const MINUTE = 60_000;
const oddities = (dialect: Dialect) =>
  SWITCHES.filter((key) => dialect[key] !== referenceDialect[key])
    .map((key) => `${key}=${dialect[key]}`)
    .join(' ');

/** A server with content and a history, on which nothing is under way. */
async function setUp(dialect: Partial<Dialect> = {}) {
  const world = createWorld({ dialect });
  populate(world);
  const { console: people, state } = world.simulator;
  const job = [...state.jobs.values()].find(({ children }) => children.length > 0)!;
  for (let runs = 0; runs < 2; runs++) {
    people.run(job.id);
    await world.settle(30 * MINUTE);
  }
  world.apply(server());
  return { world, cli: createCli(world) };
}

/** What reading shows of a switch, given the estate; a switch that is not here cannot be read, and nothing may be said of it. */
const READABLE: Partial<Record<Switch, (value: string) => string | undefined>> = {
  envelope: (value) => value,
  keys: (value) => (value === 'odd' ? 'mixed' : value),
  ids: (value) => value,
  idKeys: (value) => value,
  scalars: (value) => value,
  unset: (value) => value,
  dates: (value) => value,
  lists: (value) => value,
  errors: (value) => value,
  schedule: (value) => value,
  alerts: (value) => value,
  children: (value) => value,
  positionBase: (value) => value,
  moveKey: (value) => value,
  itemStatus: (value) => value,
  unknownRoute: (value) => value,
  // None of the lists is longer than a page.
  paging: (value) => (value === 'skip' ? 'skip' : undefined),
  secrets: (value) => (value === 'omitted' ? undefined : value),
  // Nothing runs at present, so that it does not show whether a running one would be there.
  history: (value) => (value === 'oldest' ? 'oldest' : 'newest'),
  // The transformation, which has two tasks, follows the job, which has three.
  statusWords: (value) =>
    ({
      title: 'Successful',
      upper: 'SUCCESS',
      sentence: '3 of 3 Tasks Successful, 2 of 2 Tasks Successful',
      running: 'Completed',
    })[value],
};

const ROUTES: Partial<Record<Switch, { operation: string; routes: Record<string, string | undefined> }>> = {
  lastRunRoute: {
    operation: 'jobs.tasks.lastRun',
    routes: { tasks: 'GET /jobs/{job_id}/tasks/last-run', job: 'GET /jobs/{job_id}/last-run' },
  },
  columnsRoute: {
    operation: 'connections.columns',
    routes: {
      path: 'GET /connections/{connection_id}/tables/{table}/columns',
      query: 'GET /connections/{connection_id}/columns?table={table}',
    },
  },
  retrieveJob: { operation: 'jobs.get', routes: { present: 'GET /jobs/{job_id}' } },
  statusRoute: { operation: 'jobs.status', routes: { present: 'GET /jobs/{job_id}/status' } },
};

test.each(pairwise().map((dialect) => [oddities(dialect), dialect] as const))(
  'what reads can show is told of a server with %s',
  async (_, dialect) => {
    const { world, cli } = await setUp(dialect);
    const before = world.simulator.requests.length;
    const { code, out, err } = await cli.run('doctor', 'server/main', '-o', 'json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(new Set(world.simulator.requests.slice(before).map(({ method }) => method))).toEqual(new Set(['GET']));
    const survey = JSON.parse(out) as Survey;
    const told = Object.fromEntries(survey.shapes.map(({ id, value }) => [id, value]));
    const expected = Object.fromEntries(
      survey.shapes.map(({ id }) => [id, READABLE[id as Switch]?.(dialect[id as Switch])]),
    );
    expect(told).toEqual(expected);
    const byRoute: Switch[] = ['moveMethod', 'downloadRoute', 'usersPath', 'auth'];
    const silent = SWITCHES.filter((key) => !(key in told) && !(key in ROUTES) && !byRoute.includes(key));
    expect(silent).toEqual([]);
    for (const [key, { operation, routes }] of Object.entries(ROUTES)) {
      const wanted = routes[dialect[key as Switch]];
      const found = survey.routes.find((one) => one.operation === operation)!;
      expect(found, key).toMatchObject(wanted ? { state: 'found', route: wanted } : { state: 'missing' });
    }
    for (const operation of ['jobs.create', 'jobs.execute', 'connections.logs.download', 'jobs.tasks.move']) {
      expect(survey.routes.find((one) => one.operation === operation)).toEqual({
        operation,
        state: 'notObservable',
        why: 'not observable by reading',
      });
    }
    expect(survey.learned.facts).toMatchObject({ positionBase: Number(dialect.positionBase) });
    for (const canary of Object.values(EXPORT_SECRETS)) expect(out).not.toContain(canary);
  },
);

test('the report reads as one, and the YAML is the SyncServer with what was found', async () => {
  const { world, cli } = await setUp({ retrieveJob: 'absent', lastRunRoute: 'job', positionBase: '0' });
  world.apply(server({ wire: { facts: { putStyle: { job: 'merge' } } } }));
  const { out } = await cli.run('doctor', 'server/main');
  expect(out).toContain('how lists are wrapped');
  expect(out).toMatch(/jobs\.execute +- +not observable by reading/);
  expect(out).toContain('\njobs.get: jobs are read off their list; a change of a job is refused (Unsupported) unless');
  const { out: yaml } = await cli.run('doctor', 'server/main', '-o', 'yaml');
  const manifest = parse(yaml);
  expect(manifest).toMatchObject({
    kind: 'SyncServer',
    metadata: { name: 'main', namespace: 'default' },
    spec: {
      url: SYNC_URL,
      routes: [{ operation: 'jobs.tasks.lastRun', method: 'GET', path: '/jobs/{job_id}/last-run' }],
      wire: { facts: { positionBase: 0, putStyle: { job: 'merge' } } },
    },
  });
  world.apply(manifest);
  await world.start();
  await world.ready('SyncServer', 'main');
});

test('a server can be looked at without a cluster', async () => {
  const { world, cli } = await setUp();
  cli.files.set('token', `${[...world.simulator.state.tokens][0]}\n`);
  const { code, out } = await cli.run('doctor', '--url', SYNC_URL, '--token-file', 'token');
  expect(code).toBe(0);
  expect(out).toMatch(/^http:\/\/sync\.test:8181\/api\.rsc\/v2, looked at by reading alone\n/);
  expect(out).not.toContain([...world.simulator.state.tokens][0]);
});

test.each([
  [['doctor'], 'name an object: TYPE/NAME, where TYPE is one of server'],
  [['doctor', 'server/none'], 'there is no SyncServer none in namespace default'],
  [['doctor', '--url', SYNC_URL], '--url needs --token-file: the file that holds the token'],
  [['doctor', '--url', SYNC_URL, '--token-file', 'none'], 'none: no such file, or nothing in it'],
  [['doctor', 'server/main', '--url', SYNC_URL], 'give either server/NAME or --url, not both'],
])('%j ends in one clear line', async (argv, message) => {
  const { cli } = await setUp();
  expect(await cli.run(...argv)).toEqual({ code: 1, out: '', err: `error: ${message}\n` });
});

/** The simulator with the history of jobs elsewhere, and a description that says where. */
function withHistoryElsewhere({ simulator }: Awaited<ReturnType<typeof setUp>>['world']): Handler {
  const description = {
    info: { title: 'Sync' },
    paths: {
      '/api.rsc/v2/jobs/{id}/runs': { get: { operationId: 'JobsHistory' } },
      '/api.rsc/v2/jobs/{id}/erase': { delete: { operationId: 'jobs.unknown' } },
    },
  };
  return async (request) => {
    if (request.path === '/api.rsc/v2/openapi.json') {
      return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(description) };
    }
    const path = request.path
      .replace(/(\/jobs\/[^/]+)\/history/, '$1/moved')
      .replace(/(\/jobs\/[^/]+)\/runs/, '$1/history');
    return simulator.handler({ ...request, path });
  };
}

test('a route that the description of the server tells works once what was found is applied', async () => {
  const { world, cli } = await setUp();
  cli.network.serve(SYNC_URL, withHistoryElsewhere(world));
  const { out } = await cli.run('doctor', 'server/main');
  expect(out).toMatch(/\njobs\.history +missing +no candidate answers as a route\n/);
  expect(out).toContain('\njobs.history: the last run is told by the status of the job alone');
  expect(out).toContain(
    '/openapi.json (Sync) lists 2 operations:\n  GET /api.rsc/v2/jobs/{id}/runs\n  DELETE /api.rsc/v2/jobs/{id}/erase\n',
  );
  const { out: yaml } = await cli.run('doctor', 'server/main', '-o', 'yaml');
  expect(parse(yaml).spec.routes).toEqual([{ operation: 'jobs.history', method: 'GET', path: '/jobs/{job_id}/runs' }]);
  world.apply(parse(yaml));
  const again = await cli.run('doctor', 'server/main');
  expect(again.out).toMatch(/\njobs\.history +found +GET \/jobs\/\{job_id\}\/runs\n/);
});

test('what the controller has learned by writing is told, where reading shows nothing of it', async () => {
  const { world, cli } = await setUp();
  const routes = { 'connections.test': { method: 'POST', path: '/connections/{connection_id}/test' } };
  const learned = { facts: { putStyle: { job: 'merge' }, createReply: 'object' }, routes };
  world.cluster.patch('SyncServer', 'main', 'default', { status: { learned } }, 'status');
  const { out } = await cli.run('doctor', 'server/main');
  expect(out).toMatch(/\nwhat an update does to fields that it leaves out +merge \(job\) +learned from writes before/);
  expect(out).toMatch(/\nthe answer to a create +object +learned from writes before/);
  expect(out).toMatch(/\nthe answer to an update +not observable by reading +only a write shows it\n/);
  expect(out).toMatch(
    /\nconnections\.test +learned +POST \/connections\/\{connection_id\}\/test +it has worked before\n/,
  );
});
