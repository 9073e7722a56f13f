import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/ports/clock.ts';
import type { Listening } from '../support/listen.ts';
import { createSeededRandom } from '../support/seededRandom.ts';
import { type Cluster, createCluster } from './cluster.ts';
import { kubeconfig, serveCluster } from './serve.ts';
import type { Loose } from './types.ts';
import { widgetCrd } from './widgets.ts';

const present = spawnSync('kubectl', ['version', '--client']).status === 0;
if (present) kubectlSuite();
else {
  console.log('kubectl is not on PATH: the tests with a stock kubectl are left out');
  it('needs kubectl, which is not on PATH', () => {});
}

const manifest = (color: string, extra = '') => `
apiVersion: twin.example.com/v1alpha1
kind: Widget
metadata:
  name: one
  labels: { app: demo }
spec:
  color: ${color}${extra}
`;

const others = `
apiVersion: v1
kind: Namespace
metadata: { name: team }
---
apiVersion: v1
kind: Secret
metadata: { name: token, namespace: team }
data: { token: c2VjcmV0 }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: script, namespace: team }
data: { a: "1", b: "2" }
`;

function kubectlSuite(): void {
  describe('a stock kubectl', () => {
    let cluster: Cluster;
    let server: Listening;
    let folder: string;

    /** Runs kubectl; `input` goes to its standard input. */
    const kubectl = (words: string, input = '', env: Record<string, string> = {}) =>
      new Promise<{ code: number; out: string; err: string }>((resolve) => {
        const child = execFile('kubectl', args(words), { env: { ...process.env, ...env } }, (error, out, err) =>
          resolve({ code: error ? Number(error.code) : 0, out, err }),
        );
        child.stdin!.end(input);
      });
    const args = (words: string) => [
      '--kubeconfig',
      join(folder, 'config'),
      '--cache-dir',
      join(folder, 'cache'),
      ...words.split(' '),
    ];
    const ok = async (words: string, input?: string) => {
      const { code, out, err } = await kubectl(words, input);
      expect(err).toBe('');
      expect(code).toBe(0);
      return out;
    };

    beforeAll(async () => {
      cluster = createCluster({ clock: systemClock(), random: createSeededRandom(5) });
      cluster.install(widgetCrd);
      server = await serveCluster(cluster);
      folder = mkdtempSync(join(tmpdir(), 'twin-'));
      writeFileSync(join(folder, 'config'), kubeconfig(server.url));
      await ok('apply -f -', manifest('red'));
    });
    afterAll(async () => {
      await server.close();
      rmSync(folder, { recursive: true });
    });

    it('applies: created, configured, unchanged', async () => {
      const two = (color: string) => manifest(color).replace('name: one', 'name: two');
      expect(await ok('apply -f -', two('red'))).toBe('widget.twin.example.com/two created\n');
      expect(await ok('apply -f -', two('blue'))).toBe('widget.twin.example.com/two configured\n');
      expect(await ok('apply -f -', two('blue'))).toBe('widget.twin.example.com/two unchanged\n');
      expect(await ok('diff -f -', two('blue'))).toBe('');
    });

    it('applies built-in kinds, again too', async () => {
      expect(await ok('apply -f -', others)).toMatch(
        /namespace\/team created\nsecret\/token created\nconfigmap\/script created/,
      );
      const changed = others.replace(', b: "2"', '');
      expect(await ok('apply -f -', changed)).toMatch(
        /team unchanged\nsecret\/token unchanged\nconfigmap\/script configured/,
      );
      expect(cluster.get('ConfigMap', 'script', 'team')!.data).toEqual({ a: '1' });
    });

    it('reports unknown fields and invalid values in the words of the API', async () => {
      const unknown = await kubectl('apply -f -', manifest('red', '\n  colour: red'));
      expect(unknown.err).toContain('unknown field "spec.colour"');
      const invalid = await kubectl('apply -f -', manifest('pink', '\n  size: 99'));
      expect(invalid.err).toContain('The Widget "one" is invalid');
      expect(invalid.err).toContain(
        '* spec.color: Unsupported value: "pink": supported values: "red", "green", "blue"',
      );
      expect(invalid.err).toContain('spec.size in body should be less than or equal to 10');
      const serverSide = await kubectl('apply --server-side -f -', manifest('red'));
      expect(serverSide.err).toContain('Server-side apply not available on the server');
    });

    it('gets rows, wide rows, and by selectors', async () => {
      const rows = (await ok('get wd one')).split('\n').map((line) => line.trimEnd().split(/ {2,}/));
      expect(rows[0]).toEqual(['NAME', 'COLOR', 'READY', 'AGE']);
      expect(rows[1]!.slice(0, 2)).toEqual(['one', 'red']);
      expect(await ok('get wd -o wide')).toMatch(/^NAME +COLOR +READY +SIZE +AGE\n/);
      expect(await ok('get wd -l app=demo --field-selector metadata.name=one -o name')).toBe(
        'widget.twin.example.com/one\n',
      );
      expect(await ok('get wd -A --field-selector spec.color=red -o name')).toBe('widget.twin.example.com/one\n');
      expect(JSON.parse(await ok('get wd one -o json')).spec).toEqual({ color: 'red', size: 3 });
      expect(await ok('get twin -o yaml')).toContain('kind: Widget');
      expect(await ok('get ns,crd')).toMatch(/namespace\/default +Active[\s\S]*widgets\.twin\.example\.com/);
      expect((await kubectl('get wd nobody')).err).toContain('(NotFound): widgets.twin.example.com "nobody" not found');
    });

    it('describes, with events', async () => {
      cluster.create({
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: 'one.1', namespace: 'default' },
        involvedObject: {
          apiVersion: 'twin.example.com/v1alpha1',
          kind: 'Widget',
          namespace: 'default',
          name: 'one',
          uid: cluster.get('wd', 'one')!.metadata.uid,
        },
        reason: 'Painted',
        message: 'It is red now.',
        type: 'Normal',
        source: { component: 'painter' },
        firstTimestamp: new Date().toISOString(),
        lastTimestamp: new Date().toISOString(),
        count: 1,
      });
      const text = await ok('describe wd one');
      expect(text).toMatch(/Color: +red/);
      expect(text).toMatch(/Normal +Painted +\S+ +painter +It is red now\./);
      expect(await ok('get events')).toMatch(/Normal +Painted +widget\/one +It is red now\./);
      expect(await ok('events --for widget/one')).toContain('Painted');
      expect(await ok('describe ns default')).toMatch(/Status: +Active/);
      expect(await ok('describe cm script -n team')).toContain('a:');
    });

    it('patches, annotates, labels and edits', async () => {
      expect(await ok('patch wd one --type merge -p {"spec":{"size":5}}')).toContain('patched');
      expect(await ok('annotate wd one example.com/at=now')).toContain('annotated');
      expect(await ok('label wd one tier=x')).toContain('labeled');
      expect(await ok('patch wd one --subresource status --type merge -p {"status":{"phase":"Up"}}')).toContain(
        'patched',
      );
      const edited = await kubectl('edit wd one', '', { KUBE_EDITOR: `sed -i 's/size: 5/size: 6/'` });
      expect(edited.out).toContain('edited');
      const { spec, status, metadata } = cluster.get('wd', 'one')!;
      expect([spec.size, status.phase, metadata.labels!.tier]).toEqual([6, 'Up', 'x']);
      expect(metadata.annotations!['example.com/at']).toBe('now');
    });

    it('waits for conditions, paths and deletion', async () => {
      const conditions = [{ type: 'Ready', status: 'True' }];
      const ready = kubectl('wait wd/one --for=condition=Ready --timeout=20s');
      cluster.patch('wd', 'one', 'default', { status: { conditions, phase: 'Done' } }, 'status');
      expect((await ready).out).toBe('widget.twin.example.com/one condition met\n');
      expect(await ok('wait wd/one --for=jsonpath={.status.phase}=Done --timeout=20s')).toContain('condition met');
      cluster.apply({ ...JSON.parse(JSON.stringify(cluster.get('wd', 'one'))), metadata: { name: 'leaving' } });
      const gone = kubectl('wait wd/leaving --for=delete --timeout=20s');
      cluster.delete('wd', 'leaving');
      expect((await gone).code).toBe(0);
    });

    it('deletes and waits until finalizers are gone', async () => {
      cluster.apply({
        ...(cluster.get('wd', 'one') as Loose),
        metadata: { name: 'held', finalizers: ['example.com/x'] },
      });
      const deletion = kubectl('delete wd held');
      const watch = cluster.faults.openWatches;
      await expect.poll(() => watch(({ resource }) => resource === 'widgets'), { timeout: 20_000 }).toBeGreaterThan(0);
      cluster.patch('wd', 'held', 'default', { metadata: { finalizers: null } });
      expect(await deletion).toMatchObject({ code: 0, out: expect.stringContaining('"held" deleted') });
      expect((await kubectl('delete ns default')).err).toContain('Forbidden');
      expect(await ok('delete ns team')).toContain('"team" deleted');
      expect(cluster.get('Secret', 'token', 'team')).toBeUndefined();
    });

    it('watches', async () => {
      const child = spawn('kubectl', args('get wd one -w --output-watch-events'));
      let text = '';
      const line = (pattern: RegExp) => expect.poll(() => text, { timeout: 20_000 }).toMatch(pattern);
      child.stdout.on('data', (data) => {
        text += data;
      });
      await line(/ADDED +one/);
      cluster.patch('wd', 'one', 'default', { spec: { color: 'green' } });
      await line(/MODIFIED +one +green/);
      child.kill();
    });

    it('knows the resources and explains them', async () => {
      expect(await ok('api-resources --api-group=twin.example.com -o name')).toBe('widgets.twin.example.com\n');
      expect(await ok('explain wd.spec.color')).toContain('What it looks like.');
      expect(await ok('version -o json')).toContain('twin');
    });
  });
}
