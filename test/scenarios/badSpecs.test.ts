import { expect, test } from 'vitest';
import type { Manifest } from '../cluster/types.ts';
import { event, job, pipeline, resource, secret, transformation, user } from '../support/manifests.ts';
import { convergedEnvironment, quiet, USER_PASSWORD, writesOf } from './landscape.ts';

const configMap = (name: string, data: Record<string, string>): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'default', name },
  data,
});

const elsewhere = resource('SyncWorkspace', 'elsewhere', { serverRef: { name: 'main' }, name: 'Elsewhere' });
const farJob = job(
  { workspaceRef: { name: 'elsewhere' }, name: 'Far', sourceRef: { id: 'c' }, destinationRef: { id: 'c' } },
  { name: 'far' },
);
const again = { name: 'again' };

interface Bad {
  what: string;
  manifests: Manifest[];
  /** The last of them is the one that says so. */
  reason: string;
  /** The field that the condition names, and what it says is to be done. */
  field: string;
  remedy: RegExp;
}

const BAD: readonly Bad[] = [
  {
    what: 'a step that runs nothing that exists',
    manifests: [pipeline({ name: 'Bad', steps: [{ jobRef: { name: 'ghost' } }] }, again)],
    reason: 'ReferenceNotFound',
    field: 'spec.steps[0].jobRef',
    remedy: /make it, or correct the name/,
  },
  {
    what: 'a step with an id that the workspace does not have',
    manifests: [pipeline({ name: 'Bad', steps: [{ transformationRef: { id: 'ghost' } }] }, again)],
    reason: 'ReferenceNotFound',
    field: 'spec.steps[0].transformationRef',
    remedy: /correct it, or name a SyncTransformation/,
  },
  {
    what: 'a step in another workspace',
    manifests: [elsewhere, farJob, pipeline({ name: 'Bad', steps: [{ jobRef: { name: 'far' } }] }, again)],
    reason: 'ReferenceElsewhere',
    field: 'spec.steps[0].jobRef',
    remedy: /refer to another SyncJob, or move one of the two/,
  },
  {
    what: 'a step that runs the event of another pipeline',
    manifests: [pipeline({ name: 'Bad', steps: [{ eventRef: { name: 'notify' } }] }, again)],
    reason: 'ReferenceElsewhere',
    field: 'spec.steps[0].eventRef',
    remedy: /make one for this pipeline/,
  },
  {
    what: 'two pipelines that run the events of each other',
    manifests: [
      event({ name: 'A', pipelineRef: { name: 'again' } }, { name: 'a' }),
      event({ name: 'B', pipelineRef: { name: 'other' } }, { name: 'b' }),
      pipeline({ name: 'Other', steps: [{ eventRef: { name: 'a' } }] }, { name: 'other' }),
      pipeline({ name: 'Bad', steps: [{ eventRef: { name: 'b' } }] }, again),
    ],
    reason: 'ReferenceElsewhere',
    field: 'spec.steps[0].eventRef',
    remedy: /make one for this pipeline/,
  },
  {
    what: 'an event of no pipeline',
    manifests: [event({ name: 'Bad', pipelineRef: { name: 'ghost' } }, again)],
    reason: 'ReferenceNotFound',
    field: 'spec.pipelineRef',
    remedy: /make it, or correct the name/,
  },
  {
    what: 'a script that is too large',
    manifests: [
      configMap('scripts', { main: 'x'.repeat(100 * 1024) }),
      event(
        { name: 'Bad', script: undefined, scriptFrom: { configMapKeyRef: { name: 'scripts', key: 'main' } } },
        again,
      ),
    ],
    reason: 'TooLarge',
    field: 'spec.scriptFrom',
    remedy: /at most 512 KiB can be sent; shorten it/,
  },
  {
    what: 'a script in a ConfigMap that is not there',
    manifests: [
      event({ name: 'Bad', script: undefined, scriptFrom: { configMapKeyRef: { name: 'ghost', key: 'main' } } }, again),
    ],
    reason: 'ConfigMapNotFound',
    field: 'spec.scriptFrom',
    remedy: /ConfigMap default\/ghost does not exist; .* needs its key main/,
  },
  {
    what: 'a trigger that the server does not know',
    manifests: [transformation({ name: 'Bad', trigger: { type: 'Moonrise' } }, again)],
    reason: 'Refused',
    field: 'spec.trigger.type',
    remedy: /must be one of None, Scheduled, AfterJob.*; correct spec.trigger.type/,
  },
  {
    what: 'a trigger after a job that does not exist',
    manifests: [transformation({ name: 'Bad', trigger: { type: 'AfterJob', afterJobRef: { name: 'ghost' } } }, again)],
    reason: 'ReferenceNotFound',
    field: 'spec.trigger.afterJobRef',
    remedy: /make it, or correct the name/,
  },
  {
    what: 'a trigger after a task that the job does not have',
    manifests: [
      transformation({ name: 'Bad', trigger: { afterJobRef: { name: 'nightly' }, afterTasks: ['Ghost'] } }, again),
    ],
    reason: 'ReferenceNotReady',
    field: 'spec.trigger.afterTasks',
    remedy: /give the key, the table or the id of one of its tasks/,
  },
  {
    what: 'a schedule that nobody can read',
    manifests: [pipeline({ name: 'Bad', steps: [], schedule: { cron: '0 0 99 * * *' } }, again)],
    reason: 'InvalidSpec',
    field: 'spec.schedule.cron',
    remedy: /write it as Sync takes it/,
  },
  {
    what: 'a role that does not exist',
    manifests: [user({ user: 'joe', roles: ['Emperor'] }, again)],
    reason: 'Refused',
    field: 'spec.roles',
    remedy: /Emperor.*; correct spec.roles/,
  },
  {
    what: 'a second user of one login',
    manifests: [user({}, again)],
    reason: 'AlreadyManaged',
    field: 'jane',
    remedy: /remove one of the two, or give this one another name/,
  },
];

test.each(BAD)('$what: named with its field and what to do', async ({ manifests, reason, field, remedy }) => {
  const world = await convergedEnvironment({}, [secret('jane', { password: USER_PASSWORD })]);
  world.apply(...manifests);
  // Too large for the copy that a client-side apply keeps in an annotation.
  if (reason === 'TooLarge') {
    world.cluster.patch('ConfigMap', 'scripts', 'default', { data: { main: 'x'.repeat(513 * 1024) } });
  }
  const { kind, metadata } = manifests.at(-1)!;
  const name = String(metadata.name);
  await world.untilCondition(kind, name, 'Ready', `False ${reason}`);
  // What may still come is waited for, ten minutes.
  await world.untilCondition(kind, name, 'Stalled', `True ${reason}`, 20 * 60_000);
  const ready = world.status(kind, name).conditions.find(({ type }: { type: string }) => type === 'Ready');
  expect(ready.message).toContain(field);
  expect(ready.message).toMatch(remedy);
  await world.settle(15 * 60_000);
  const since = world.clock.now();
  await world.settle(30 * 60_000);
  expect(writesOf(world, since)).toEqual([]);
  expect(world.kubeWrites(since)).toEqual([]);
});

test('a script in a ConfigMap is sent, and sent again when it changes', async () => {
  const from = { script: undefined, scriptFrom: { configMapKeyRef: { name: 'scripts', key: 'main' } } };
  const world = await convergedEnvironment({}, [configMap('scripts', { main: '<one/>' }), event(from)]);
  const script = () => [...world.simulator.state.events.values()][0]!.fields.script;
  expect(script()).toBe('<one/>');
  const since = world.clock.now();
  world.apply(configMap('scripts', { main: '<two/>' }));
  await world.until(() => script() === '<two/>', 300_000, 'the new script');
  await quiet(world);
  expect(writesOf(world, since)).toEqual(['PUT events.update']);
  expect(world.condition('SyncEvent', 'notify', 'Ready')).toBe('True Available');
});
