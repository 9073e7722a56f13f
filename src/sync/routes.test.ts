import { expect, test } from 'vitest';
import { createVirtualClock } from '../../test/support/virtualClock.ts';
import { operationRows, operationTable } from '../../tools/operations.ts';
import { createRouteBook, whyNot } from './routeBook.ts';
import { candidatesOf, isDangerous, OPERATIONS, operationOf, routesCollide } from './routes.ts';

test('the table holds the 74 operations of the reference and jobs.get', () => {
  expect(OPERATIONS.length).toBe(75);
  expect(new Set(OPERATIONS.map(({ id }) => id)).size).toBe(75);
  const count = (provenance: string) => OPERATIONS.filter((one) => one.provenance === provenance).length;
  expect([count('documented'), count('pattern'), count('inferred')]).toEqual([25, 10, 40]);
  const per = Object.groupBy(OPERATIONS, ({ api }) => api);
  expect(Object.fromEntries(Object.entries(per).map(([api, ops]) => [api, ops!.length]))).toEqual({
    workspaces: 5,
    connections: 12,
    jobs: 18,
    transformations: 14,
    pipelines: 15,
    events: 5,
    users: 6,
  });
});

test('no candidate of a delete, cancel or execute can be taken for another operation', () => {
  const dangerous = OPERATIONS.filter(isDangerous);
  expect(dangerous.length).toBe(15);
  for (const operation of dangerous) {
    for (const other of OPERATIONS.filter(({ id }) => id !== operation.id)) {
      for (const route of candidatesOf(operation)) {
        for (const alien of candidatesOf(other)) {
          expect(routesCollide(route, alien), `${operation.id} ${route.path} and ${other.id} ${alien.path}`).toBe(
            false,
          );
        }
      }
    }
  }
});

test('a route override must stay below the API path and off the URLs of others', () => {
  const why = (operation: string, method: string, path: string) => whyNot({ operation, method, path });
  expect(why('jobs.execute', 'POST', '/jobs/{job_id}/start')).toBeUndefined();
  expect(why('jobs.nonsense', 'POST', '/jobs')).toContain('not an operation');
  expect(why('jobs.execute', 'BREW', '/jobs/{job_id}/start')).toContain('not a method');
  for (const path of [
    'jobs',
    '//evil.example/jobs',
    '/jobs/../users',
    '/jobs/%2e%2e/users',
    'https://evil.example/',
    '/a\\b',
    '/jobs#x',
  ]) {
    expect(why('jobs.execute', 'POST', path), path).toBeDefined();
  }
  expect(why('jobs.execute', 'POST', '/jobs/{user_id}/start')).toContain('{user_id}');
  expect(why('jobs.cancel', 'POST', '/jobs/{job_id}/execute')).toContain('jobs.execute');
  expect(why('jobs.status', 'DELETE', '/jobs/{job_id}')).toContain('jobs.delete');
});

test('overrides come first, then what was learned, then the table; refusals are forgotten after an hour', async () => {
  const clock = createVirtualClock();
  const execute = operationOf('jobs.execute');
  const learned = [{ operation: 'jobs.execute', method: 'POST', path: '/jobs/{job_id}/run' }];
  const book = createRouteBook(
    clock,
    [{ operation: 'jobs.execute', method: 'POST', path: '/jobs/{job_id}/go' }],
    learned,
  );
  const paths = () => book.candidates(execute).map(({ path }) => path);
  expect(paths()).toEqual(['/jobs/{job_id}/go', '/jobs/{job_id}/run', '/jobs/{job_id}/execute']);
  expect(book.state(execute)).toBe('proven');
  for (const route of book.candidates(execute)) book.refuse(execute, route);
  expect(paths()).toEqual([]);
  expect(book.state(execute)).toBe('unsupported');
  expect(book.learned()).toEqual([]);
  await clock.advance(3_600_000);
  expect(paths()).toEqual(['/jobs/{job_id}/go', '/jobs/{job_id}/execute', '/jobs/{job_id}/run']);
});

test('the route table prints as JSON rows and as a table', () => {
  const rows = operationRows();
  expect(rows.find(({ id }) => id === 'jobs.execute')).toEqual({
    id: 'jobs.execute',
    api: 'jobs',
    method: 'POST',
    paths: ['/jobs/{job_id}/execute', '/jobs/{job_id}/run'],
    provenance: 'inferred',
    usedBy: 'SyncRun',
  });
  expect(operationTable(rows).split('\n')).toHaveLength(77);
  expect(operationTable(rows)).toContain('75 operations');
});
