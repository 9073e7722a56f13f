import { definitionOf } from '../../api/registry.ts';
import type { Resource } from '../../engine/resource.ts';
import { type Command, flagOf, type Given } from '../command.ts';
import { CliError } from '../failure.ts';
import { asYaml } from '../output.ts';
import { readOnly } from '../readOnly.ts';
import { openSync, serverOf } from '../sync.ts';
import { shortest, targetOf } from '../targets.ts';
import { takeInventory } from './inventory.ts';
import { type Exported, type Manifest, manifestsOf } from './manifests.ts';

/** What is in Sync, as manifests. */
export const exportCommand: Command = {
  name: 'export',
  summary: 'Write what a server or a workspace holds as manifests that change nothing when they are applied',
  args: 'server/NAME | workspace/NAME',
  description:
    'Reads Sync and writes nothing to it. Each manifest names all that Sync shows and nothing else, so that its object is adopted as it is (adoptionPolicy:\nIfIdentical). Secret values are never written: they become references to Secrets, listed with the commands that make them. What this version does\nnot know goes into `extra`: take out what Sync changes by itself.',
  flags: {
    out: {
      value: 'FOLDER',
      help: 'one file an object, and a README.md with the Secrets to make (else one stream on standard output)',
    },
    workspace: { value: 'NAME', help: 'of a server: only this workspace, by name or id' },
    to: { value: 'NAMESPACE', help: 'the namespace of the manifests (else wherever they are applied)' },
  },
  examples: [
    { text: 'a server into a folder, to be put into Git', line: 'kubectl sync export server/prod --out manifests/' },
    { text: 'one workspace, looked at only', line: 'kubectl sync export workspace/analytics | less' },
    {
      text: 'what applying it would change: nothing',
      line: 'kubectl sync export server/prod | kubectl sync plan -f -',
    },
  ],
  needs: ['get syncservers, syncworkspaces, secrets'],
  completes: 'server',
  async run(context, given) {
    const target = targetOf(given.args, ['SyncServer', 'SyncWorkspace']);
    const cluster = await context.cluster();
    const resource = await cluster.get(target.definition, target.name);
    const server = await serverOf(cluster, resource);
    const sync = await openSync({ ...context, transport: readOnly(context.transport) }, cluster, server);
    try {
      const only = workspaceOf(given, resource);
      const inventory = await takeInventory(sync, only);
      if (!inventory) throw new CliError(`server/${server.metadata.name} has no workspace ${only}`);
      const to = flagOf(given, 'to');
      const home = to ?? resource.metadata.namespace;
      const { name, namespace } = server.metadata;
      const serverRef = { name, ...(namespace !== home && { namespace }) };
      const exported = manifestsOf(inventory, { serverRef, ...(to !== undefined && { namespace: to }) });
      const folder = flagOf(given, 'out');
      if (folder === undefined) context.terminal.out(streamOf(exported));
      else for (const [path, text] of filesOf(folder, exported)) context.disk.write(path, text);
      for (const note of exported.notes) context.terminal.err(`${note}\n`);
      const where = folder === undefined ? '' : ` into ${folder}`;
      context.terminal.err(
        `${exported.manifests.length} manifests${where}, ${exported.secrets.length} Secrets to make\n`,
      );
      return 0;
    } finally {
      sync.close();
    }
  },
};

/** Undefined: all. Throws CliError for a SyncWorkspace that has no id yet. */
function workspaceOf(given: Given, resource: Resource): string | undefined {
  const named = flagOf(given, 'workspace');
  if (resource.kind === definitionOf('SyncServer')!.kind) return named;
  if (named !== undefined) throw new CliError('--workspace goes with server/NAME');
  const { id } = resource.status ?? {};
  if (id === undefined) throw new CliError(`SyncWorkspace ${resource.metadata.name} has no id in Sync yet`);
  return id;
}

function streamOf({ manifests, secrets }: Exported): string {
  const list = commandsOf(secrets).map((line) => `# ${line}\n`);
  const head = list.length === 0 ? '' : `# Secrets to make first:\n${list.join('')}`;
  return head + manifests.map((manifest) => `---\n${asYaml(manifest)}`).join('');
}

function filesOf(folder: string, { manifests, secrets }: Exported): [string, string][] {
  const at = (name: string) => `${folder.replace(/\/+$/, '')}/${name}`;
  const fileOf = ({ kind, metadata }: Manifest) => at(`${shortest(kind)}-${metadata.name}.yaml`);
  const list = secrets.length === 0 ? ['No Secrets are needed.'] : ['```', ...commandsOf(secrets), '```'];
  const readme = [
    '# Secrets to make',
    '',
    'Put the values in, and run these before the manifests are applied:',
    '',
    ...list,
    '',
  ];
  return [
    ...manifests.map((manifest): [string, string] => [fileOf(manifest), asYaml(manifest)]),
    [at('README.md'), readme.join('\n')],
  ];
}

function commandsOf(secrets: Exported['secrets']): string[] {
  return secrets.map(({ name, keys }) => {
    const literals = keys.map((key) => `--from-literal='${key}=<value>'`);
    return `kubectl create secret generic ${name} ${literals.join(' ')}`;
  });
}
