import { API_VERSION } from '../../api/common.ts';
import { definitionOf } from '../../api/registry.ts';
import { typeOf } from '../../app/caches.ts';
import type { Resource } from '../../engine/resource.ts';
import { barred, notReady } from '../../kinds/run/obstacle.ts';
import { RUNNABLES } from '../../kinds/run/targets.ts';
import { FIELD_MANAGER } from '../cluster.ts';
import { type Command, type Context, flagOf, type Given, isOn } from '../command.ts';
import { CliError } from '../failure.ts';
import { numberOf, secondsOf } from '../numbers.ts';
import { asData } from '../output.ts';
import { read, shortest, targetOf } from '../targets.ts';
import { bare, FOLLOW_CODES, followRun, isData, RUN_OUTPUT, TIMEOUT } from './follow.ts';

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
    deadline: { value: 'DURATION', help: 'cancel the run when it takes longer (activeDeadlineSeconds)' },
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
    output: RUN_OUTPUT,
    ttl: { value: 'DURATION', help: 'delete the SyncRun so long after its end (never)' },
  },
  examples: [
    { text: 'a job, followed live', line: 'kubectl sync run job/crm-nightly --wait' },
    { text: 'in a script', line: 'kubectl sync run pipeline/morning --wait --timeout 1h --ttl 24h' },
  ],
  needs: ['get the kind named, syncruns', 'create syncruns'],
  completes: 'runnable',
  async run(context, given) {
    const target = targetOf(
      given.args,
      RUNNABLES.map(({ kind }) => kind),
    );
    // A flag that cannot be read is said before a run is made.
    secondsOf(given, 'timeout');
    const cluster = await context.cluster();
    const resource = await read(cluster, target);
    refuse(resource);
    const manifest = manifestOf(context, given, resource);
    const { name, namespace } = manifest.metadata;
    const { terminal } = context;
    const made = await cluster.client.create<Resource>(typeOf(definitionOf('SyncRun')!), manifest, {
      fieldManager: FIELD_MANAGER,
    });
    if (!isData(given)) terminal.out(`run/${name} made\n`);
    else if (!isOn(given, 'wait')) terminal.out(asData(given, bare(made))!);
    const waits = waitsFor(resource);
    if (waits) terminal.err(`${waits}\n`);
    if (isOn(given, 'wait')) return followRun(context, cluster, name, given);
    terminal.err(`follow it with: kubectl sync follow run/${name} -n ${namespace}\n`);
    return 0;
  },
};

function manifestOf({ random }: Context, given: Given, { kind, metadata }: Resource): Resource {
  const { field } = RUNNABLES.find((runnable) => runnable.kind === kind)!;
  const suffix = Buffer.from(random.bytes(4)).toString('hex');
  const stem = metadata.name.slice(0, NAME_MOST - suffix.length - 1).replace(/[-.]+$/, '');
  const spec = {
    [field]: { name: metadata.name },
    activeDeadlineSeconds: secondsOf(given, 'deadline'),
    backoffLimit: numberOf(given, 'retries'),
    onUnknown: flagOf(given, 'on-unknown'),
    onDelete: flagOf(given, 'on-delete'),
    ttlSecondsAfterFinished: secondsOf(given, 'ttl'),
  };
  const name = flagOf(given, 'name') ?? `${stem}-${suffix}`;
  return {
    apiVersion: API_VERSION,
    kind: 'SyncRun',
    metadata: { name, namespace: metadata.namespace },
    spec,
  } as unknown as Resource;
}

/** Rather than make a run that waits for somebody to change its target. */
function refuse(resource: Resource): void {
  const { kind, metadata, status } = resource;
  const label = labelOf(resource);
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const isCurrent = ready?.observedGeneration === metadata.generation;
  const above = ready?.reason === 'Suspended' && isCurrent ? ready.message : undefined;
  const why = barred(resource, label) ?? above;
  if (why === undefined) return;
  const isHeld = resource.spec.suspend === true || above !== undefined;
  throw new CliError(
    `${shortest(kind)}/${metadata.name} cannot run: ${why}${isHeld ? '; kubectl sync resume ends that' : ''}`,
  );
}

function waitsFor(resource: Resource): string | undefined {
  const label = labelOf(resource);
  if (!resource.status?.conditions)
    return `${label} has not been looked at by the controller yet; the run waits until it is Ready`;
  const why = notReady(resource, label);
  return why && `the run waits, since ${why}`;
}

const labelOf = ({ kind, metadata }: Resource) => `${kind} ${metadata.namespace}/${metadata.name}`;
