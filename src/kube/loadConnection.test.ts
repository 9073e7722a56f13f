import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { createVirtualClock } from '../../test/support/virtualClock.ts';
import type { Files } from '../ports/files.ts';
import { loadConnection } from './loadConnection.ts';

const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';
const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };
const noFiles: Files = { read: () => undefined };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a kubeconfig with one cluster, one user and two contexts. */
function kubeconfig(cluster: object, user: object): string {
  const file = join(folder, `${Math.abs(JSON.stringify([cluster, user]).length)}-config`);
  const contexts = [
    { name: 'main', context: { cluster: 'c', user: 'u', namespace: 'team-a' } },
    { name: 'other', context: { cluster: 'c', user: 'u' } },
    { name: 'broken', context: { cluster: 'gone', user: 'u' } },
  ];
  const clusters = [{ name: 'c', cluster }];
  const users = [{ name: 'u', user }];
  writeFileSync(
    file,
    stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': 'main', clusters, users, contexts }),
  );
  return file;
}

const load = (file: string, context?: string, clock = createVirtualClock()) =>
  loadConnection({ kubeconfig: file, context, files: noFiles, env: {}, clock });

test('in a pod: the service account, its token read again every minute', async () => {
  const clock = createVirtualClock();
  const mounted: Record<string, string | undefined> = { token: 'one\n', 'ca.crt': 'PEM', namespace: 'ops\n' };
  const files: Files = { read: (path) => mounted[path.slice(FOLDER.length + 1)] };
  const connection = await loadConnection({ files, env, clock });
  expect(connection).toMatchObject({
    endpoint: { origin: 'https://10.0.0.1', tls: { ca: 'PEM' } },
    basePath: '',
    namespace: 'ops',
  });
  mounted.token = 'two';
  expect(await connection.headers()).toEqual({ authorization: 'Bearer one' });
  await clock.advance(60_000);
  expect(await connection.headers()).toEqual({ authorization: 'Bearer two' });
  mounted.token = undefined;
  await clock.advance(60_000);
  expect(await connection.headers()).toEqual({ authorization: 'Bearer two' });
});

test('in a pod with IPv6, or with half a mount', async () => {
  const clock = createVirtualClock();
  const six = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };
  const files: Files = { read: (path) => (path.endsWith('namespace') ? undefined : 'x') };
  expect((await loadConnection({ files, env: six, clock })).endpoint.origin).toBe('https://[fd00::1]:6443');
  const half: Files = { read: (path) => (path.endsWith('token') ? 'x' : undefined) };
  await expect(loadConnection({ files: half, env, clock })).rejects.toThrow('ca.crt is missing');
});

test('a kubeconfig: server, base path, certificates, token, namespace', async () => {
  const data = (text: string) => Buffer.from(text).toString('base64');
  const file = kubeconfig(
    {
      server: 'https://rancher.test/k8s/clusters/c-1/',
      'certificate-authority-data': data('CA'),
      'tls-server-name': 'api.test',
      'proxy-url': 'http://proxy.test:3128',
    },
    { token: 'T', 'client-certificate-data': data('CERT'), 'client-key-data': data('KEY'), as: 'jane' },
  );
  const connection = await load(file);
  expect(connection).toMatchObject({
    endpoint: {
      origin: 'https://rancher.test',
      tls: { ca: 'CA', cert: 'CERT', key: 'KEY', serverName: 'api.test' },
      proxyUrl: 'http://proxy.test:3128',
    },
    basePath: '/k8s/clusters/c-1',
    namespace: 'team-a',
  });
  expect(await connection.headers()).toEqual({ authorization: 'Bearer T', 'impersonate-user': 'jane' });
  expect((await load(file, 'other')).namespace).toBeUndefined();
});

test('a kubeconfig of a plain HTTP server', async () => {
  const { endpoint, headers } = await load(kubeconfig({ server: 'http://127.0.0.1:8001' }, {}));
  expect(endpoint).toEqual({ origin: 'http://127.0.0.1:8001' });
  expect(await headers()).toEqual({});
});

test('a kubeconfig without verification, with a user and password', async () => {
  const file = kubeconfig(
    { server: 'https://a.test', 'insecure-skip-tls-verify': true },
    { username: 'me', password: 'pw' },
  );
  const { endpoint, headers } = await load(file);
  expect(endpoint.tls).toEqual({ insecureSkipVerify: true });
  expect(await headers()).toEqual({ authorization: `Basic ${Buffer.from('me:pw').toString('base64')}` });
});

test('a kubeconfig whose token comes from a plugin', async () => {
  const credential = {
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token: 'from-plugin', expirationTimestamp: '2000-01-01T00:00:00Z' },
  };
  const args = ['-e', `console.log(${JSON.stringify(JSON.stringify(credential))})`];
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args };
  const { headers } = await load(kubeconfig({ server: 'https://exec.test' }, { exec }));
  expect(await headers()).toEqual({ authorization: 'Bearer from-plugin' });
});

test('a kubeconfig whose token stands in a file: beside the kubeconfig, read again every minute, before any other token', async () => {
  const clock = createVirtualClock();
  const kept = new Map([
    ['/etc/operator/config', stringify(tokenFileConfig)],
    ['/etc/operator/tokens/mine', 'one\n'],
  ]);
  const files: Files = { read: (path) => kept.get(path) };
  const { headers } = await loadConnection({ kubeconfig: '/etc/operator/config', files, env: {}, clock });
  expect(await headers()).toEqual({ authorization: 'Bearer one', 'impersonate-user': 'jane' });
  kept.set('/etc/operator/tokens/mine', 'two');
  expect(await headers()).toMatchObject({ authorization: 'Bearer one' });
  await clock.advance(60_000);
  expect(await headers()).toMatchObject({ authorization: 'Bearer two' });
  kept.delete('/etc/operator/tokens/mine');
  await clock.advance(60_000);
  expect(await headers()).toMatchObject({ authorization: 'Bearer two' });
  const missing = loadConnection({ kubeconfig: '/etc/operator/config', files, env: {}, clock });
  await expect(missing).rejects.toThrow('/etc/operator/tokens/mine');
});

const tokenFileConfig = {
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'main',
  contexts: [{ name: 'main', context: { cluster: 'c', user: 'u' } }],
  clusters: [{ name: 'c', cluster: { server: 'https://a.test' } }],
  users: [{ name: 'u', user: { token: 'old', tokenFile: 'tokens/mine', as: 'jane' } }],
};

test('a plugin that fails from some moment on fails the call, not the process', async () => {
  const clock = createVirtualClock();
  const flag = join(folder, 'works');
  writeFileSync(flag, JSON.stringify({ status: { token: 't', expirationTimestamp: '2000-01-01T00:00:00Z' } }));
  const args = ['-e', `console.log(require('fs').readFileSync(${JSON.stringify(flag)}, 'utf8'))`];
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args };
  const { headers } = await load(kubeconfig({ server: 'https://exec2.test' }, { exec }), undefined, clock);
  rmSync(flag);
  expect(await headers()).toEqual({ authorization: 'Bearer t' });
  await clock.advance(10_000);
  await expect(headers()).rejects.toThrow();
});

test('what is wrong with a kubeconfig is said in words', async () => {
  const file = kubeconfig({ server: 'https://a.test' }, {});
  await expect(load(join(folder, 'none'))).rejects.toThrow(/cannot read the kubeconfig .*none: ENOENT/);
  await expect(load(file, 'nowhere')).rejects.toThrow('the kubeconfig has no context "nowhere"');
  await expect(load(file, 'broken')).rejects.toThrow('the kubeconfig has no cluster "gone"');
});
