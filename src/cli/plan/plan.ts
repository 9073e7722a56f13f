import type { Resource } from '../../engine/resource.ts';
import { refOf } from '../../engine/wakes.ts';
import { createValueReader } from '../../kube/secretReader.ts';
import { silentLogger } from '../../ports/logger.ts';
import type { Cluster } from '../cluster.ts';
import { type Command, type Context, flagOf, flagsOf, type Given, isOn, OUTPUT } from '../command.ts';
import { CliError } from '../failure.ts';
import { asData } from '../output.ts';
import { targetsOf } from '../targets.ts';
import { paint } from '../terminal.ts';
import { planDirectly } from './direct.ts';
import { planOfStatus } from './inCluster.ts';
import { addServers, loadLabels, loadLive, loadMacs, PLANNED } from './load.ts';
import { type Manifest, readManifests } from './manifests.ts';
import { documentOf, exitCode, type PlannedObject } from './model.ts';
import { planOfPasses } from './planned.ts';
import { plannedRun } from './runs.ts';
import { showPlan } from './show.ts';
import { validate } from './validate.ts';
import { withFileValues } from './values.ts';

/** Objects from which on progress is shown. */
const MANY = 20;

const DESCRIPTION = [
  'With -f: what applying the files would change in Sync. A dry run of the API server checks them; they may refer to each other; and they are',
  'compared with Sync itself. Without -f: what the controller has planned for live objects and does not carry out yet, and what is in its',
  'way; --direct compares live objects with Sync now.\nNothing is written, neither in Kubernetes nor in Sync. No value is shown where it is, or',
  'may be, a secret.\nExit codes: 0 nothing would change, 2 something would, 1 something is wrong or cannot be planned.',
].join(' ');

export const plan: Command = {
  name: 'plan',
  summary: 'Show what would change in Sync, and what would be lost',
  args: '[TYPE/NAME…]',
  description: DESCRIPTION,
  flags: {
    filename: { value: 'FILE', short: 'f', help: 'a file or folder of manifests; - is standard input', many: true },
    recursive: { short: 'R', help: 'also the folders in folders' },
    'all-namespaces': { short: 'A', help: 'live objects of all namespaces' },
    direct: { help: 'compare live objects with Sync itself, which needs its token' },
    'in-cluster': { help: 'show what the controller has planned for live objects (so it is without -f)' },
    'operator-namespace': { value: 'NAME', help: 'where the operator keeps its key (sync-operator)' },
    output: OUTPUT,
  },
  examples: [
    { text: 'what a folder of manifests would change', line: 'kubectl sync plan -f manifests/ -R' },
    { text: 'what waits in a namespace, and why', line: 'kubectl sync plan -n data' },
    { text: 'one job, compared with Sync now', line: 'kubectl sync plan job/crm-nightly --direct' },
    { text: 'for a pull request', line: 'kubectl sync plan -f manifests/ -o json' },
  ],
  needs: [
    'list the kinds of sync-operator',
    'with -f or --direct: get the secrets and configmaps that they refer to',
    'with -f or --direct, to notice changed secrets: get secrets sync-operator-key in the namespace of the operator',
    'with -f, to have the API server check them: create, patch the kinds in the files',
  ],
  completes: 'object',
  async run(context, given) {
    const files = flagsOf(given, 'filename');
    refuseContradictions(given, files);
    const cluster = await context.cluster();
    const document = documentOf(
      files.length > 0 ? await planFiles(context, given, cluster, files) : await planLive(context, given, cluster),
    );
    context.terminal.out(asData(given, document) ?? showPlan(context.terminal, document));
    return exitCode(document);
  },
};

function refuseContradictions(given: Given, files: readonly string[]): void {
  if (files.length > 0 && given.args.length > 0) throw new CliError('give either files (-f) or objects, not both');
  if (files.length > 0 && isOn(given, 'in-cluster')) {
    throw new CliError('--in-cluster is for live objects: the controller plans what has been applied; leave out -f');
  }
  if (files.length > 0 && isOn(given, 'all-namespaces')) throw new CliError('-A is for live objects; leave out -f');
  if (isOn(given, 'direct') && isOn(given, 'in-cluster')) throw new CliError('give --direct or --in-cluster, not both');
  if (given.args.length > 0 && isOn(given, 'all-namespaces'))
    throw new CliError('an object is in one namespace: give -n, not -A');
}

async function planLive(context: Context, given: Given, cluster: Cluster): Promise<PlannedObject[]> {
  const isAll = isOn(given, 'all-namespaces');
  const targets =
    given.args.length > 0
      ? targetsOf(
          given.args,
          PLANNED.map(({ kind }) => kind),
        )
      : undefined;
  const live = await loadLive(cluster, [isAll ? null : cluster.namespace]);
  const selected = targets
    ? targets.map(({ definition: { kind }, name }) => {
        const ref = `${kind}/${cluster.namespace}/${name}`;
        if (live.has(ref)) return ref;
        throw new CliError(`there is no ${kind} ${name} in namespace ${cluster.namespace}`);
      })
    : [...live.keys()];
  if (!isOn(given, 'direct')) return selected.map((ref) => planOfStatus(live.get(ref)!));
  await addServers(cluster, live);
  return planNow(context, given, cluster, { resources: live, selected, manifests: [] });
}

async function planFiles(
  context: Context,
  given: Given,
  cluster: Cluster,
  paths: readonly string[],
): Promise<PlannedObject[]> {
  const { terminal, disk } = context;
  const note = (text: string) => terminal.err(`${paint(terminal, 'warn', 'note:')} ${text}\n`);
  const manifests = await readManifests({
    disk,
    paths,
    recursive: isOn(given, 'recursive'),
    namespace: cluster.namespace,
    isNamespaceGiven: flagOf(given, 'namespace') !== undefined,
    ignored: (kind) => note(`objects of kind ${kind} are left out: they have no part in Sync`),
  });
  const ours = manifests.filter(({ kind }) => kind.startsWith('Sync'));
  if (ours.length === 0) return [];
  const resources = await loadLive(cluster, [...new Set(ours.map(({ namespace }) => namespace))]);
  const runs = ours.filter(({ kind }) => kind === 'SyncRun');
  const configured = ours.filter(({ kind }) => kind !== 'SyncRun');
  const { resources: wanted, unasked } = await validate(cluster, configured, (one) => resources.get(nameOf(one)));
  if (unasked > 0) {
    note(
      `${unasked} of ${configured.length} objects were checked here, not by a dry run of the API server, which refused it`,
    );
  }
  for (const resource of wanted) resources.set(refOf(resource), resource);
  await addServers(cluster, resources);
  const planned = await planNow(context, given, cluster, { resources, selected: wanted.map(refOf), manifests });
  const sources = new Map(configured.map((one) => [nameOf(one), one.at()]));
  return [
    ...planned.map((object) => ({ ...object, source: sources.get(nameOf(object))! })),
    ...(await Promise.all(runs.map((run) => plannedRun(cluster, run)))),
  ];
}

interface Now {
  resources: ReadonlyMap<string, Resource>;
  selected: readonly string[];
  manifests: readonly Manifest[];
}

async function planNow(
  context: Context,
  given: Given,
  cluster: Cluster,
  { resources, selected, manifests }: Now,
): Promise<PlannedObject[]> {
  const { terminal, clock, random } = context;
  const { macs, isBlind } = await loadMacs(cluster, flagOf(given, 'operator-namespace') ?? 'sync-operator', random);
  if (isBlind) {
    terminal.err(
      `${paint(terminal, 'warn', 'note:')} changed secrets are not noticed: the operator's key cannot be read (see --operator-namespace)\n`,
    );
  }
  const reader = createValueReader({ client: cluster.client, clock, logger: silentLogger() });
  try {
    const { outcomes, after } = await planDirectly(context, {
      resources: [...resources.values()],
      selected: new Set(selected),
      values: withFileValues(reader, manifests),
      macs,
      namespaceLabels: await loadLabels(cluster, resources.values()),
      progress: progressOn(terminal),
    });
    return selected.map((ref) => planOfPasses(resources.get(ref)!, after(ref), outcomes.get(ref)));
  } finally {
    reader.stop();
  }
}

/** Many objects take a while at the server's rate. One line, which moves and goes; only on a terminal. */
function progressOn({ live, err }: Context['terminal']): (done: number, all: number) => void {
  return (done, all) => {
    if (!live || all < MANY) return;
    err(done < all ? `\r\u001b[Kcompared with Sync: ${done} of ${all}` : '\r\u001b[K');
  };
}

const nameOf = ({ kind, namespace, name }: { kind: string; namespace: string; name: string }) =>
  `${kind}/${namespace}/${name}`;
