import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Permission } from '../../src/app/permissions.ts';
import { convergedEnvironment, environment } from '../scenarios/landscape.ts';
import { event, job, run, server, workspace } from '../support/manifests.ts';
import { createDoor } from '../support/rbac.ts';
import { KUBE_URL } from '../support/world.ts';
import { createCli } from './cli.ts';
import { allowOnly } from './rights.ts';

interface Rule {
  apiGroups: [string];
  resources: string[];
  verbs: string[];
  resourceNames?: string[];
}

/** The role that docs/guides/pull-requests.md gives to a check. */
function roleOfGuide(): Permission[] {
  const guide = readFileSync('docs/guides/pull-requests.md', 'utf8');
  const [, text] = /```text\n(apiVersion: rbac[\s\S]*?)```/.exec(guide)!;
  const { rules } = parse(text!) as { rules: Rule[] };
  return rules.map(({ apiGroups: [group], resources, verbs, resourceNames }) => ({
    ...{ group, resources, verbs, why: '' },
    ...(resourceNames && { names: resourceNames }),
  }));
}

test('the role that the guide gives to a check suffices, and every part of it is used', async () => {
  const world = await convergedEnvironment();
  const cli = createCli(world);
  const watched = roleOfGuide();
  const door = createDoor(world.cluster.handler, { watched, cluster: [], home: [] }, { home: '' });
  cli.network.serve(KUBE_URL, door.handler);
  const script = { name: 'script', key: 'x' };
  const manifests = [
    ...environment().filter(({ kind }) => kind !== 'Secret' && kind !== 'SyncEvent'),
    event({ script: undefined, scriptFrom: { configMapKeyRef: script } }),
    job({ options: { batchSize: 5 } }),
    run(),
  ].filter(({ kind, spec }) => kind !== 'SyncJob' || spec.options.batchSize === 5);
  world.apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'script', namespace: 'default' },
    data: { x: '<new/>' },
  });
  cli.files.set('/m.yaml', manifests.map((one) => stringify(one)).join('---\n'));
  const { code, out, err } = await cli.run('plan', '-f', '/m.yaml', '-o', 'json');
  expect(code).toBe(2);
  const changes = JSON.parse(out).objects.filter(({ action }: { action: string }) => action !== 'none');
  expect(changes.map(({ name }: { name: string }) => name)).toEqual(['nightly', 'notify', 'now']);
  expect(err.split('\n')).toEqual([
    expect.stringContaining('were checked here, not by a dry run of the API server'),
    expect.stringContaining('changed secrets are not noticed'),
    '',
  ]);
  // `get` of a SyncServer is for one in another namespace.
  const used = [...door.used].map((line) => line.replace('watched: ', '').replace(' in sync.cdata.com', ''));
  expect(used.sort()).toEqual(
    [
      'get configmaps',
      'get secrets',
      'get syncruns',
      ...['connections', 'events', 'jobs', 'pipelines', 'servers', 'transformations', 'users', 'workspaces'].map(
        (kind) => `list sync${kind}`,
      ),
    ].sort(),
  );
});

test('what may not be read is named, with the verb and the kind', async () => {
  const world = await convergedEnvironment();
  const cli = createCli(world);
  allowOnly(cli, world, ['list syncservers']);
  const { code, out, err } = await cli.run('plan');
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(
    /^error: you may not list sync\w+\.sync\.cdata\.com in default; docs\/cli\.md lists what each command needs\n$/,
  );
});

test('a token that may not be read is in the way of what lies below its server, which is said', async () => {
  const world = await convergedEnvironment();
  const cli = createCli(world);
  const kinds = ['connections', 'events', 'jobs', 'pipelines', 'servers', 'transformations', 'users', 'workspaces'];
  allowOnly(
    cli,
    world,
    kinds.map((kind) => `list sync${kind}`),
  );
  cli.files.set('/m.yaml', [server(), workspace(), job()].map((one) => stringify(one)).join('---\n'));
  const { code, out } = await cli.run('plan', '-f', '/m.yaml');
  expect(code).toBe(1);
  expect(out).toContain(
    '! SecretUnreadable: Secret default/sync-token (spec.auth.tokenSecretRef) cannot be read: get secrets',
  );
  expect((await cli.run('plan')).code).toBe(0);
});
