import { definitionOf } from '../../api/registry.ts';
import { isNotFound } from '../../kube/errors.ts';
import { SECRETS } from '../../kube/objects.ts';
import { type Cluster, FIELD_MANAGER } from '../cluster.ts';
import { type Command, type Context, flagOf, type Given, isOn } from '../command.ts';
import { CliError } from '../failure.ts';
import { openSync } from '../sync.ts';
import { nameOf } from '../targets.ts';

/** A new token of the API, straight into a Secret. */
export const token: Command = {
  name: 'token',
  summary: 'Have Sync make a new token for its API, straight into a Secret',
  args: 'server/NAME',
  description:
    'No page says for which user the call makes the token, what its body takes, nor whether the token before it goes on working: it is asked for\nwith the token in use. Where that ends by it, the server is out of reach until spec.auth.tokenSecretRef names the new one.',
  flags: {
    secret: { value: 'NAME', help: 'the Secret that takes it; made, or changed at this key only' },
    key: { value: 'KEY', help: 'the key in the Secret (token)' },
    show: { help: 'print it, in place of a Secret' },
    yes: { short: 'y', help: 'do not ask' },
  },
  examples: [
    {
      text: 'into a Secret of its own, to be named in the SyncServer',
      line: 'kubectl sync token server/prod --secret sync-token-2',
    },
  ],
  needs: ['get syncservers', 'get, create, patch secrets'],
  completes: 'server',
  async run(context, given) {
    const { terminal } = context;
    const name = nameOf(given, 'SyncServer');
    const secret = flagOf(given, 'secret');
    const show = isOn(given, 'show');
    if ((secret === undefined) === !show) throw new CliError('say where it goes: --secret NAME, or --show to print it');
    const cluster = await context.cluster();
    const server = await cluster.get(definitionOf('SyncServer')!, name);
    await confirm(context, given, name);
    const sync = await openSync(context, cluster, server);
    try {
      // The call must not be what fails for want of rights: a token that nobody has kept is lost.
      if (secret !== undefined) await store(cluster, secret, flagOf(given, 'key') ?? 'token', undefined);
      const made = await sync.users.generateToken({});
      if (secret === undefined) {
        terminal.out(`${made}\n`);
        return 0;
      }
      const key = flagOf(given, 'key') ?? 'token';
      await store(cluster, secret, key, made);
      terminal.out(`a new token is in Secret ${cluster.namespace}/${secret}, key ${key}\n`);
      return 0;
    } finally {
      sync.close();
    }
  },
};

async function confirm({ terminal }: Context, given: Given, name: string): Promise<void> {
  if (isOn(given, 'yes')) return;
  const answer = await terminal.ask(`Sync may end the token that server/${name} is used with now. Go on? Type yes: `);
  if (answer === undefined) throw new CliError('nobody can be asked here: add --yes');
  if (answer.trim().toLowerCase() !== 'yes') throw new CliError('nothing was done');
}

/** Makes the Secret, or sets the one key; without a value a dry run, which tells whether that is allowed. */
async function store(
  { client, namespace }: Cluster,
  name: string,
  key: string,
  value: string | undefined,
): Promise<void> {
  const data = { [key]: Buffer.from(value ?? '').toString('base64') };
  const options = { fieldManager: FIELD_MANAGER, dryRun: value === undefined };
  try {
    await client.patch(SECRETS, { namespace, name }, { type: 'merge', body: { data } }, options);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, type: 'Opaque', data };
    await client.create(SECRETS, secret, options);
  }
}
