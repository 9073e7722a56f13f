import { definitionOf, KINDS } from '../../api/registry.ts';
import type { Resource } from '../../engine/resource.ts';
import { serverKeyOf } from '../../kinds/place/references.ts';
import { isForbidden } from '../../kube/errors.ts';
import type { Cluster } from '../cluster.ts';
import { nodeOf, type StatusNode } from './node.ts';

const ORDER: ReadonlyMap<string, number> = new Map(KINDS.map(({ kind }, at) => [kind, at]));
/** Runs are many, and what they came to stands at what they ran. */
const SHOWN = KINDS.filter(({ kind }) => kind !== 'SyncRun');

/**
 * The servers, each with all that hangs below it in the tree of references: workspaces, what lies in them, events in their pipelines.
 * `namespace`: null for all. Servers of other namespaces are there as roots, too; of one that may not be read only its name is known.
 */
export async function treeOf(cluster: Cluster, namespace: string | null | undefined): Promise<StatusNode[]> {
  const lists = await Promise.all(SHOWN.map((definition) => cluster.list(definition, namespace)));
  const nodes = new Map<string, StatusNode>();
  const all = lists.flat();
  for (const resource of all)
    nodes.set(keyOf(resource.kind, resource.metadata.namespace, resource.metadata.name), nodeOf(resource));
  const roots: StatusNode[] = [];
  for (const resource of all) {
    const node = nodes.get(keyOf(resource.kind, resource.metadata.namespace, resource.metadata.name))!;
    const parent = parentOf(resource);
    if (parent === undefined) {
      roots.push(node);
      continue;
    }
    const above = nodes.get(parent) ?? (await elsewhere(cluster, parent));
    if (!nodes.has(parent)) {
      nodes.set(parent, above);
      roots.push(above);
    }
    above.children.push(node);
  }
  for (const node of nodes.values()) node.children.sort(inOrder);
  return roots.sort(inOrder);
}

const keyOf = (kind: string, namespace: string, name: string) => `${kind}/${namespace}/${name}`;

/** Where it hangs: in its pipeline, its workspace, or on its server. */
function parentOf({ kind, metadata: { namespace }, spec }: Resource): string | undefined {
  if (kind === 'SyncServer') return undefined;
  const { pipelineRef, workspaceRef, serverRef } = spec as {
    pipelineRef?: { name?: string };
    workspaceRef?: { name?: string };
    serverRef?: { name: string; namespace?: string };
  };
  if (pipelineRef?.name !== undefined) return keyOf('SyncPipeline', namespace, pipelineRef.name);
  if (workspaceRef?.name !== undefined) return keyOf('SyncWorkspace', namespace, workspaceRef.name);
  return serverRef && `SyncServer/${serverKeyOf(serverRef, namespace)}`;
}

/** What something hangs on and the list did not have: of another namespace, not readable, or missing. */
async function elsewhere(cluster: Cluster, key: string): Promise<StatusNode> {
  const [kind, namespace, name] = key.split('/') as [string, string, string];
  const unknown: StatusNode = { kind, namespace, name, manages: 'managed', health: 'unknown', children: [] };
  try {
    const found = await cluster.find(definitionOf(kind)!, name, namespace);
    return found ? nodeOf(found) : { ...unknown, reason: 'NotFound', message: 'it does not exist' };
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return { ...unknown, reason: 'NotReadable', message: `you may not read it in namespace ${namespace}` };
  }
}

function inOrder(a: StatusNode, b: StatusNode): number {
  const kinds = (ORDER.get(a.kind) ?? 0) - (ORDER.get(b.kind) ?? 0);
  if (kinds !== 0) return kinds;
  const [left, right] = [`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`];
  return left === right ? 0 : left < right ? -1 : 1;
}
