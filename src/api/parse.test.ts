import { describe, expect, test } from 'vitest';
import { API_VERSION } from './common.ts';
import { parseResource } from './definition.ts';
import { connection, job, REFUSED, server, TAKEN } from './parse.cases.ts';
import { definitionOf } from './registry.ts';
import { parseSyncConnection } from './syncConnection.ts';
import { parseSyncJob } from './syncJob.ts';
import { parseSyncServer } from './syncServer.ts';

const object = (kind: string, spec: unknown) => ({ apiVersion: API_VERSION, kind, metadata: { name: 'x' }, spec });

function problemsOf(kind: string, spec: unknown): string[] {
  const parsed = parseResource(definitionOf(kind)!, object(kind, spec));
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path}: ${message}`);
}

test.each(TAKEN)('%s is taken', (kind, spec) => {
  expect(problemsOf(kind, spec)).toEqual([]);
});

test.each(REFUSED)('%s is refused with a remedy (%#)', (kind, spec, path, words) => {
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
