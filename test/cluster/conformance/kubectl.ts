import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../apiClient.ts';
import type { Loose } from '../types.ts';

const manifest = (color: string, extra = '') => `
apiVersion: twin.example.com/v1alpha1
kind: Widget
metadata:
  name: one
  labels: { app: demo }
spec:
  color: ${color}${extra}
`;

const inNamespace = (team: string) => `
apiVersion: v1
kind: Namespace
metadata: { name: ${team} }
---
apiVersion: v1
kind: Secret
metadata: { name: token, namespace: ${team} }
data: { token: c2VjcmV0 }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: script, namespace: ${team} }
data: { a: "1", b: "2" }
`;

/** An API server for kubectl, which has the widget CRD. */
export interface KubectlTarget {
  /** Its context names the namespace. */
  kubeconfig: string;
  namespace: string;
  api: ApiClient;
  close(): Promise<void>;
}

/** The same expectations of a stock kubectl, whatever server it talks to. */
export function kubectlSuite(
  name: string,
  program: string,
  open: () => Promise<KubectlTarget>,
  { controllers = true }: { controllers?: boolean } = {},
): void {
  describe(`a stock kubectl: ${name}`, () => {
    let target: KubectlTarget;
    let folder: string;
    const widgets = (widget: string, subresource?: string) =>
      ['/apis/twin.example.com/v1alpha1/namespaces', target.namespace, 'widgets', widget, subresource]
        .filter((part) => part !== undefined)
        .join('/');
    const widget = async (widget: string) => (await target.api.get(widgets(widget))).body;
    const events = () => `/api/v1/namespaces/${target.namespace}/events`;
    const make = async (widget: string, metadata: Loose = {}) => {
      const object = { apiVersion: 'twin.example.com/v1alpha1', kind: 'Widget', spec: { color: 'red' } };
      const path = `/apis/twin.example.com/v1alpha1/namespaces/${target.namespace}/widgets`;
      expect((await target.api.post(path, { ...object, metadata: { ...metadata, name: widget } })).status).toBe(201);
    };

    /** Runs kubectl; `input` goes to its standard input. */
    const kubectl = (words: string, input = '', env: Record<string, string> = {}) =>
      new Promise<{ code: number; out: string; err: string }>((resolve) => {
        const child = execFile(program, args(words), { env: { ...process.env, ...env } }, (error, out, err) =>
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
      target = await open();
      folder = mkdtempSync(join(tmpdir(), 'kubectl-'));
      writeFileSync(join(folder, 'config'), target.kubeconfig);
      await ok('apply -f -', manifest('red'));
    });
    afterAll(async () => {
      await target?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it('applies: created, configured, unchanged', async () => {
      const two = (color: string) => manifest(color).replace('name: one', 'name: two');
      expect(await ok('apply -f -', two('red'))).toBe('widget.twin.example.com/two created\n');
      expect(await ok('apply -f -', two('blue'))).toBe('widget.twin.example.com/two configured\n');
      expect(await ok('apply -f -', two('blue'))).toBe('widget.twin.example.com/two unchanged\n');
      expect(await ok('diff -f -', two('blue'))).toBe('');
    });

    it('applies built-in kinds, again too', async () => {
      const others = inNamespace(`${target.namespace}-team`);
      expect(await ok('apply -f -', others)).toMatch(
        /namespace\/\S+-team created\nsecret\/token created\nconfigmap\/script created/,
      );
      const changed = others.replace(', b: "2"', '');
      expect(await ok('apply -f -', changed)).toMatch(
        /-team unchanged\nsecret\/token unchanged\nconfigmap\/script configured/,
      );
      const { body } = await target.api.get(`/api/v1/namespaces/${target.namespace}-team/configmaps/script`);
      expect(body.data).toEqual({ a: '1' });
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
    });

    it('gets rows, wide rows, and by selectors', async () => {
      const rows = (await ok('get wd one')).split('\n').map((line) => line.trimEnd().split(/ {2,}/));
      expect(rows[0]).toEqual(['NAME', 'COLOR', 'READY', 'AGE']);
      expect(rows[1]!.slice(0, 2)).toEqual(['one', 'red']);
      expect(await ok('get wd -o wide')).toMatch(/^NAME +COLOR +READY +SIZE +AGE\n/);
      expect(await ok('get wd -l app=demo --field-selector metadata.name=one -o name')).toBe(
        'widget.twin.example.com/one\n',
      );
      expect(await ok('get wd -A -l app=demo --field-selector spec.color=red -o name')).toBe(
        'widget.twin.example.com/one\n',
      );
      expect(JSON.parse(await ok('get wd one -o json')).spec).toEqual({ color: 'red', size: 3 });
      expect(await ok('get twin -o yaml')).toContain('kind: Widget');
      expect(await ok('get ns,crd')).toMatch(/namespace\/default +Active[\s\S]*widgets\.twin\.example\.com/);
      expect((await kubectl('get wd nobody')).err).toContain('(NotFound): widgets.twin.example.com "nobody" not found');
    });

    it('describes, with events', async () => {
      const about = await widget('one');
      const made = await target.api.post(events(), {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: 'one.1', namespace: target.namespace },
        involvedObject: {
          apiVersion: 'twin.example.com/v1alpha1',
          kind: 'Widget',
          namespace: target.namespace,
          name: 'one',
          uid: about.metadata.uid,
        },
        reason: 'Painted',
        message: 'It is red now.',
        type: 'Normal',
        source: { component: 'painter' },
        firstTimestamp: new Date().toISOString(),
        lastTimestamp: new Date().toISOString(),
        count: 1,
      });
      expect(made.status).toBe(201);
      const text = await ok('describe wd one');
      expect(text).toMatch(/Color: +red/);
      expect(text).toMatch(/Normal +Painted +\S+ +painter +It is red now\./);
      expect(await ok('get events')).toMatch(/Normal +Painted +widget\/one +It is red now\./);
      expect(await ok('events --for widget/one')).toContain('Painted');
      expect(await ok('describe ns default')).toMatch(/Status: +Active/);
      expect(await ok(`describe cm script -n ${target.namespace}-team`)).toContain('a:');
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
      const { spec, status, metadata } = await widget('one');
      expect([spec.size, status.phase, metadata.labels!.tier]).toEqual([6, 'Up', 'x']);
      expect(metadata.annotations!['example.com/at']).toBe('now');
    });

    it('waits for conditions, paths and deletion', async () => {
      const conditions = [{ type: 'Ready', status: 'True' }];
      const ready = kubectl('wait wd/one --for=condition=Ready --timeout=20s');
      await target.api.merge(widgets('one', 'status'), { status: { conditions, phase: 'Done' } });
      expect((await ready).out).toBe('widget.twin.example.com/one condition met\n');
      expect(await ok('wait wd/one --for=jsonpath={.status.phase}=Done --timeout=20s')).toContain('condition met');
      await make('leaving');
      const gone = kubectl('wait wd/leaving --for=delete --timeout=20s');
      await target.api.del(widgets('leaving'));
      expect((await gone).code).toBe(0);
    });

    it('deletes and waits until finalizers are gone', async () => {
      await make('held', { finalizers: ['example.com/x'] });
      const deletion = kubectl('delete wd held');
      const leaving = async () => (await widget('held')).metadata.deletionTimestamp;
      await expect.poll(leaving, { timeout: 20_000 }).toBeTruthy();
      await target.api.merge(widgets('held'), { metadata: { finalizers: null } });
      expect(await deletion).toMatchObject({ code: 0, out: expect.stringContaining('"held" deleted') });
      expect((await kubectl('delete ns default')).err).toContain('Forbidden');
    });

    if (controllers) {
      it('deletes a namespace with what is in it', async () => {
        const team = `${target.namespace}-team`;
        expect(await ok(`delete ns ${team}`)).toContain(`"${team}" deleted`);
        expect((await target.api.get(`/api/v1/namespaces/${team}/secrets/token`)).status).toBe(404);
      });
    }

    it('watches', async () => {
      const child = spawn(program, args('get wd one -w --output-watch-events'));
      let text = '';
      const line = (pattern: RegExp) => expect.poll(() => text, { timeout: 20_000 }).toMatch(pattern);
      child.stdout.on('data', (data) => {
        text += data;
      });
      await line(/ADDED +one/);
      await target.api.merge(widgets('one'), { spec: { color: 'green' } });
      await line(/MODIFIED +one +green/);
      child.kill();
    });

    it('knows the resources and explains them', async () => {
      expect(await ok('api-resources --api-group=twin.example.com -o name')).toBe('widgets.twin.example.com\n');
      expect(await ok('explain wd.spec.color')).toContain('What it looks like.');
      const { body: version } = await target.api.get('/version');
      expect(JSON.parse(await ok('version -o json')).serverVersion.gitVersion).toBe(version.gitVersion);
    });
  });
}
