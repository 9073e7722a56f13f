import { FIELDS, parseSyncWorkspace, type SyncWorkspaceSpec } from '../../api/syncWorkspace.ts';
import type { Desired, Kind } from '../../engine/kind.ts';
import type { PolicyLayer } from '../../engine/policies.ts';
import type { Remote } from '../../engine/remote.ts';
import type { Resource } from '../../engine/resource.ts';
import type { KindContext } from '../context.ts';
import { placeOnServer } from '../place/place.ts';
import { serverKeyOf } from '../place/references.ts';
import { createRemote } from '../remote/createRemote.ts';
import { scopeOf } from '../remote/scope.ts';
import type { ServerSession } from '../session/sessions.ts';
import { leavesOf } from '../shared/leaves.ts';
import { desiredOrNothing } from '../shared/passes.ts';
import { spelledAs } from '../shared/spelling.ts';
import { contentOf } from './content.ts';
import { acceptLoss } from './loss.ts';
import { reportWorkspace } from './report.ts';

const GET = 'workspaces.get';

/** SyncWorkspace: what connections, jobs, transformations and pipelines live in (sync-api-v2.md sections 3.1 and 4.1). */
export function createWorkspaceKind(context: KindContext): Kind {
  return {
    name: 'SyncWorkspace',
    fields: FIELDS,
    problems(resource) {
      const parsed = parseSyncWorkspace(resource);
      return parsed.ok ? [] : parsed.problems;
    },
    warnings: () => [],
    holds: () => true,
    references: ({ metadata, spec }) => {
      const serverRef = spec.serverRef as unknown as SyncWorkspaceSpec['serverRef'] | undefined;
      return serverRef ? [`SyncServer/${serverKeyOf(serverRef, metadata.namespace)}`] : [];
    },
    async gather(resource) {
      const { server, session, policies, workspaceId } = placeOnServer(context, resource);
      const desired = await desiredOrNothing(resource, async () => desiredWorkspace(resource));
      const accepted = acceptLoss(resource, session);
      const labels = context.namespaceLabels(resource.metadata.namespace);
      return {
        desired,
        remote: withDefault(workspaceId, spelledAs(desired, remoteWorkspace(context, session))),
        scope: scopeOf({ resource, server, session, kind: 'workspace', getOperation: GET, namespaceLabels: labels }),
        policies: [ownPolicies(specOf(resource)), ...policies.slice(1)],
        hooks: {
          content: (id) => contentOf(context, session, id),
          report: (input) => reportWorkspace(input, session, accepted),
        },
      };
    },
  };
}

function specOf({ spec }: Resource): SyncWorkspaceSpec {
  return spec as unknown as SyncWorkspaceSpec;
}

/** A workspace given by id alone is shared with others: only its own word makes us change it. */
function ownPolicies(spec: SyncWorkspaceSpec): PolicyLayer {
  return spec.name === undefined ? { ...spec, managementPolicy: spec.managementPolicy ?? 'Observe' } : spec;
}

function desiredWorkspace({ spec }: Resource): Desired {
  const fields = new Map(leavesOf(FIELDS, spec).map(({ path, value }) => [path, value]));
  return { name: String(spec.name ?? spec.id), fields, secrets: new Map(), childPolicy: 'Exact' };
}

function remoteWorkspace({ clock }: KindContext, session: ServerSession): Remote {
  const api = { ...session.client.workspaces, getOperation: GET };
  return createRemote({ clock, session, collection: session.workspaces, kind: 'workspace', api });
}

/** `default` stands for an id, which is known here. */
function withDefault(workspaceId: string | undefined, remote: Remote): Remote {
  const real = (id: string) => (id === 'default' ? (workspaceId ?? id) : id);
  return {
    ...remote,
    glance: (query) => remote.glance(query.id === undefined ? query : { ...query, id: real(query.id) }),
    read: (id) => remote.read(real(id)),
  };
}
