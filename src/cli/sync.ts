import { definitionOf } from '../api/registry.ts';
import { parseSyncServer } from '../api/syncServer.ts';
import type { Resource } from '../engine/resource.ts';
import { serverKeyOf } from '../kinds/place/references.ts';
import { readCredentials } from '../kinds/session/credentials.ts';
import { learnedFrom } from '../kinds/session/learned.ts';
import { settingsOf } from '../kinds/session/settings.ts';
import { createValueReader } from '../kube/secretReader.ts';
import { silentLogger } from '../ports/logger.ts';
import { silentMeter } from '../ports/meter.ts';
import { createSyncClient, type SyncClient } from '../sync/client.ts';
import type { Entity } from '../sync/models/entity.ts';
import { createOrigins } from '../sync/origin.ts';
import type { CallOptions } from '../sync/session.ts';
import type { Cluster } from './cluster.ts';
import type { Context } from './command.ts';
import { CliError } from './failure.ts';
import type { Target } from './targets.ts';

/**
 * A client of the Sync server that a SyncServer stands for, with its own settings, its token from the Secret that the person must be
 * allowed to read, and what the controller has learned of it. Throws CliError, Blocked and KubeError. Close it.
 */
export async function openSync(
  { clock, random, transport }: Pick<Context, 'clock' | 'random' | 'transport'>,
  { client }: Cluster,
  server: Resource,
): Promise<SyncClient> {
  const parsed = parseSyncServer(server);
  if (!parsed.ok) {
    const problems = parsed.problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
    throw new CliError(`SyncServer ${server.metadata.name} cannot be used: ${problems}`);
  }
  const values = createValueReader({ client, clock, logger: silentLogger() });
  const { spec, status } = parsed.value;
  const settings = settingsOf(spec, await readCredentials(values, server.metadata.namespace, spec));
  const origins = createOrigins({ clock, random, transport, meter: silentMeter() });
  const learned = status?.learned && learnedFrom(status.learned);
  return createSyncClient({ clock, random, origins }, { ...settings.client, ...(learned && { learned }) });
}

/** The SyncServer below which an object lies, by way of its pipeline and workspace. Throws CliError naming what is missing. */
export async function serverOf(cluster: Cluster, resource: Resource): Promise<Resource> {
  const { namespace } = resource.metadata;
  if (resource.kind === 'SyncServer') return resource;
  const { serverRef } = resource.spec as { serverRef?: { name: string; namespace?: string } };
  if (serverRef) {
    const [inNamespace, name] = serverKeyOf(serverRef, namespace).split('/') as [string, string];
    return cluster.get(definitionOf('SyncServer')!, name, inNamespace);
  }
  for (const [field, kind] of ABOVE) {
    const reference = resource.spec[field] as { name?: string } | undefined;
    if (reference?.name === undefined) continue;
    return serverOf(cluster, await cluster.get(definitionOf(kind)!, reference.name, namespace));
  }
  throw new CliError(`${resource.kind} ${resource.metadata.name} names no server, workspace or pipeline`);
}

/** Fields that name what an object lies in, or runs. */
const ABOVE = [
  ['workspaceRef', 'SyncWorkspace'],
  ['pipelineRef', 'SyncPipeline'],
  ['jobRef', 'SyncJob'],
  ['transformationRef', 'SyncTransformation'],
] as const;

/**
 * Calls Sync about an object that is there, and lets go of it afterwards; `options` are for every call about it. Throws as `openSync`,
 * and CliError while it has no id.
 */
export async function withSync<T>(
  context: Context,
  { definition, name }: Target,
  call: (sync: SyncClient, id: string, options: CallOptions) => Promise<T>,
): Promise<T> {
  const cluster = await context.cluster();
  const resource = await cluster.get(definition, name);
  const { id } = resource.status ?? {};
  if (id === undefined) {
    const ready = resource.status?.conditions?.find(({ type }) => type === 'Ready');
    const why = ready ? `: ${ready.reason}: ${ready.message}` : '; is the controller running?';
    throw new CliError(`${definition.kind} ${name} has no object in Sync yet${why}`);
  }
  const sync = await openSync(context, cluster, await serverOf(cluster, resource));
  try {
    return await call(sync, id, { known: () => isListed(cluster, sync, resource, id) });
  } finally {
    sync.close();
  }
}

/** Only while a list shows the object, a 404 may mean that the server has no such route (design §6). Never rejects. */
async function isListed(
  cluster: Cluster,
  sync: SyncClient,
  { kind, metadata, spec }: Resource,
  id: string,
): Promise<boolean> {
  const { workspaceRef } = spec as { workspaceRef?: { name?: string; id?: string } };
  try {
    const workspaceId =
      workspaceRef?.name === undefined
        ? workspaceRef?.id
        : (await cluster.get(definitionOf('SyncWorkspace')!, workspaceRef.name, metadata.namespace)).status?.id;
    const listed = workspaceId === undefined ? undefined : await LISTS[kind]?.(sync, workspaceId);
    return listed?.some((entity) => entity.id === id) === true;
  } catch {
    return false;
  }
}

const LISTS: Readonly<Record<string, (sync: SyncClient, workspaceId: string) => Promise<Entity[]>>> = {
  SyncConnection: ({ connections }, workspaceId) => connections.list(workspaceId),
  SyncJob: ({ jobs }, workspaceId) => jobs.list(workspaceId),
  SyncTransformation: ({ transformations }, workspaceId) => transformations.list(workspaceId),
  SyncPipeline: ({ pipelines }, workspaceId) => pipelines.list(workspaceId),
};
