import { parseSyncServer, type SyncServer, type SyncServerStatus } from '../../api/syncServer.ts';
import { Blocked } from '../../engine/blocked.ts';
import type { Resource } from '../../engine/resource.ts';
import type { ValueReader } from '../../kube/secretReader.ts';
import type { Learned } from '../../sync/client.ts';
import type { ServerSettings } from './context.ts';
import { readCredentials } from './credentials.ts';
import { learnedFrom } from './learned.ts';
import { routeProblems, settingsOf } from './settings.ts';

/** What a session is opened with. */
export interface Connection {
  server: SyncServer;
  settings: ServerSettings;
  /** What an earlier process had learned of the same server. */
  learned: Learned | undefined;
}

/** How a SyncServer is to be talked to. Rejects with Blocked (`InvalidSpec`, `SecretNotFound` …), naming the field. */
export async function readConnection(
  values: ValueReader,
  resource: Resource,
  { identity, learned }: Pick<SyncServerStatus, 'identity' | 'learned'>,
): Promise<Connection> {
  const server = parse(resource);
  const credentials = await readCredentials(values, resource.metadata.namespace, server.spec);
  const settings = settingsOf(server.spec, credentials);
  const place = `${new URL(settings.client.url).origin}${settings.client.apiPath}#`;
  return { server, settings, learned: learned && identity?.startsWith(place) ? learnedFrom(learned) : undefined };
}

function parse(resource: Resource): SyncServer {
  const parsed = parseSyncServer(resource);
  const problems = parsed.ok ? routeProblems(parsed.value.spec) : parsed.problems;
  if (parsed.ok && problems.length === 0) return parsed.value;
  throw new Blocked('InvalidSpec', problems.map(({ path, message }) => `${path}: ${message}`).join('; '), true);
}
