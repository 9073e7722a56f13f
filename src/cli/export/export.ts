import type { Resource } from '../../engine/resource.ts';
import { type Exported, type ExportInput, exportFrom } from '../../kinds/export/export.ts';
import { EXPORTS } from '../../kinds/export/kinds.ts';
import type { SyncClient } from '../../sync/client.ts';
import { type Command, type Context, flagOf } from '../command.ts';
import { CliError } from '../failure.ts';
import { readOnly } from '../readOnly.ts';
import { openSync, serverOf } from '../sync.ts';
import { read, targetOf } from '../targets.ts';
import { paint } from '../terminal.ts';
import { SECRETS_FILE, writeFolder, writeStream } from './write.ts';

/** A live server as manifests that plan to nothing. */
export const exportCommand: Command = {
  name: 'export',
  summary: 'Print what a server or workspace holds as manifests, ready to be applied',
  args: 'server/NAME | workspace/NAME',
  description:
    'Nothing is written to Sync. Applied to the same server, the manifests change nothing: with adoptionPolicy IfIdentical, which is the default, the operator takes over what is there.\n' +
    'Secrets are never printed: connections and users refer to Secrets, which are listed, for you to make before you apply. When an object is taken over, its present secret stays, whatever its Secret holds.\n' +
    'Of a workspace, what it holds is printed and the workspace is referred to by its name; of a server, its workspaces and users are printed, too.',
  flags: {
    out: {
      value: 'FOLDER',
      help: `one file an object there, and the Secrets to make in ${SECRETS_FILE} (else one stream)`,
    },
    workspace: { value: 'NAME-OR-ID', help: 'of a server: only the workspace of that name or id in Sync' },
  },
  examples: [
    { text: 'all of a server, one file an object', line: 'kubectl sync export server/prod --out manifests' },
    {
      text: 'what the operator would do with it, once the Secrets are there: nothing',
      line: 'kubectl sync export server/prod | kubectl sync plan -f -',
    },
  ],
  needs: ['get syncservers, syncworkspaces, secrets'],
  completes: 'server',
  async run(context, { args, flags }) {
    const target = targetOf(args, ['SyncServer', 'SyncWorkspace']);
    const cluster = await context.cluster();
    const root = await read(cluster, target);
    const transport = readOnly(context.transport, 'an export');
    const client = await openSync({ ...context, transport }, cluster, await serverOf(cluster, root));
    try {
      const only = flagOf({ args, flags }, 'workspace');
      const exported = await exportFrom({ client, rules: EXPORTS, ...(await beginning(client, root, only)) });
      const folder = flagOf({ args, flags }, 'out')?.replace(/(?<=.)\/+$/, '');
      if (folder === undefined) writeStream(context.terminal, exported);
      else writeFolder(context.disk, folder, exported);
      tell(context, exported, folder);
    } finally {
      client.close();
    }
    return 0;
  },
};

/** Where the export begins, and at what it is to stop. Throws CliError naming a workspace that is not there. */
async function beginning(
  client: SyncClient,
  { kind, metadata: { name }, spec, status }: Resource,
  only: string | undefined,
): Promise<Pick<ExportInput, 'root' | 'only'>> {
  if (kind === 'SyncWorkspace') {
    if (only !== undefined) throw new CliError('--workspace is for a server; this is a workspace already');
    const id = status?.id ?? (await workspaceId(client, String(spec.id ?? spec.name)));
    return { root: { kind, id, name } };
  }
  const root = { kind, id: '', name };
  if (only === undefined) return { root };
  return { root, only: { kind: 'SyncWorkspace', ids: new Set([await workspaceId(client, only)]) } };
}

/** The id in Sync of the workspace that is meant, by id or by name; `default` is the default one. */
async function workspaceId(client: SyncClient, word: string): Promise<string> {
  const all = await client.workspaces.list();
  const found = all.filter(({ id, name }) => id === word || name === word);
  const standard = found.length === 0 && word === 'default' ? (await client.identity()).defaultWorkspaceId : undefined;
  if (standard !== undefined) return standard;
  if (found.length === 1) return found[0]!.id;
  const names = all.map(({ id, name }) => `${name ?? ''} (${id})`).join(', ');
  const what = found.length === 0 ? 'has no workspace' : 'has several workspaces called';
  throw new CliError(
    `Sync ${what} "${word}"; it has ${names || 'none at all'}${found.length === 0 ? '' : ': give the id'}`,
  );
}

/** What a person must know besides the manifests. */
function tell({ terminal }: Context, { manifests, secrets, notes }: Exported, folder: string | undefined): void {
  for (const note of notes) terminal.err(`${paint(terminal, 'warn', 'note:')} ${note}\n`);
  const count = manifests.length === 1 ? '1 object' : `${manifests.length} objects`;
  const where = folder === undefined ? 'at the head of the stream' : `in ${folder}/${SECRETS_FILE}`;
  const toMake = `${secrets.length === 1 ? '1 Secret' : `${secrets.length} Secrets`} to make before you apply, listed ${where}`;
  terminal.err(`${count} exported${secrets.length === 0 ? '' : `; ${toMake}`}\n`);
}
