import { API_VERSION } from '../../api/common.ts';
import { definitionOf } from '../../api/registry.ts';
import { typeOf } from '../../app/caches.ts';
import type { Resource } from '../../engine/resource.ts';
import { RUNNABLES } from '../../kinds/run/targets.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { FIELD_MANAGER } from '../cluster.ts';
import { type Command, type Context, flagOf, type Given, isOn } from '../command.ts';
import { CliError } from '../failure.ts';
import { read, targetOf } from '../targets.ts';
import { FOLLOW_CODES, followRun, secondsOf, TIMEOUT } from './follow.ts';

const NAME_MOST = 253;

/** Makes a SyncRun. */
export const run: Command = {
  name: 'run',
  summary: 'Run a job, transformation or pipeline now; with --wait, follow it to its end',
  args: 'TYPE/NAME',
  description: `Makes a SyncRun, which the controller starts at most once. With --wait: ${FOLLOW_CODES.replace('Exit', 'exit')}\nCtrl-C ends the waiting, not the run.`,
  flags: {
    wait: { short: 'w', help: 'follow it to its end' },
    timeout: TIMEOUT,
    name: { value: 'NAME', help: 'the name of the SyncRun (one of its own)' },
    deadline: { value: 'SECONDS', help: 'cancel the run when it takes longer (activeDeadlineSeconds)' },
    retries: { value: 'N', help: 'how often to run again after a failure (backoffLimit, 0)' },
    'on-unknown': {
      value: 'WHAT',
      help: 'when nobody knows whether it started: Stop, or RetryAfterGrace, which may run it twice',
      choices: ['Stop', 'RetryAfterGrace'],
    },
    'on-delete': {
      value: 'WHAT',
      help: 'when the SyncRun is deleted before the end: Leave the run, or Cancel it',
      choices: ['Leave', 'Cancel'],
    },
    ttl: { value: 'SECONDS', help: 'delete the SyncRun so long after its end (never)' },
  },
  examples: [
    { text: 'a job, followed live', line: 'kubectl sync run job/crm-nightly --wait' },
    { text: 'in a script', line: 'kubectl sync run pipeline/morning --wait --timeout 3600 --ttl 86400' },
  ],
  needs: ['get the kind named, syncruns', 'create syncruns'],
  completes: 'runnable',
  async run(context, given) {
    const target = targetOf(
      given.args,
      RUNNABLES.map(({ kind }) => kind),
    );
    const cluster = await context.cluster();
    const resource = await read(cluster, target);
    refuseSuspended(resource);
    const manifest = manifestOf(context, given, resource);
    const { name, namespace } = manifest.metadata;
    await cluster.client.create(typeOf(definitionOf('SyncRun')!), manifest, { fieldManager: FIELD_MANAGER });
    context.terminal.out(`run/${name} made\n`);
    const waits = waitsFor(resource);
    if (waits) context.terminal.err(`${waits}\n`);
    if (isOn(given, 'wait')) return followRun(context, cluster, name, given);
    context.terminal.err(`follow it with: kubectl sync follow run/${name} -n ${namespace}\n`);
    return 0;
  },
};

function manifestOf({ random }: Context, given: Given, { kind, metadata }: Resource): KubeObject {
  const { field } = RUNNABLES.find((runnable) => runnable.kind === kind)!;
  const suffix = Buffer.from(random.bytes(4)).toString('hex');
  const stem = metadata.name.slice(0, NAME_MOST - suffix.length - 1).replace(/[-.]+$/, '');
  const spec = {
    [field]: { name: metadata.name },
    activeDeadlineSeconds: numberOf(given, 'deadline'),
    backoffLimit: numberOf(given, 'retries'),
    onUnknown: flagOf(given, 'on-unknown'),
    onDelete: flagOf(given, 'on-delete'),
    ttlSecondsAfterFinished: numberOf(given, 'ttl'),
  };
  const name = flagOf(given, 'name') ?? `${stem}-${suffix}`;
  return {
    apiVersion: API_VERSION,
    kind: 'SyncRun',
    metadata: { name, namespace: metadata.namespace },
    spec,
  } as KubeObject;
}

function numberOf(given: Given, name: string): number | undefined {
  const value = secondsOf(given, name);
  return Number.isFinite(value) ? value : undefined;
}

/** A run of what is suspended would only wait for somebody to resume it. */
function refuseSuspended({ kind, metadata, spec, status }: Resource): void {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (spec.suspend !== true && ready?.reason !== 'Suspended') return;
  const who = spec.suspend === true ? 'it is suspended' : ready!.message;
  throw new CliError(`${kind} ${metadata.name} cannot run: ${who}; kubectl sync resume ends that`);
}

function waitsFor({ kind, metadata, status }: Resource): string | undefined {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status === 'True') return undefined;
  const why = ready ? `${ready.reason}: ${ready.message}` : 'the controller has not looked at it yet';
  return `${kind} ${metadata.name} is not Ready, and the run waits until it is: ${why}`;
}
