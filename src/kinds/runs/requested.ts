import { createHash } from 'node:crypto';
import type { OwnerReference } from '../../api/common.ts';
import { API_VERSION } from '../../api/common.ts';
import { keyOf, type Resource } from '../../engine/resource.ts';
import { isFinished } from '../../engine/run/model.ts';
import { annotationOf } from '../../engine/tokens.ts';
import type { JsonObject } from '../../ports/json.ts';
import type { KindContext } from '../context.ts';
import { targetKey } from '../run/references.ts';
import { RUNNABLES } from '../run/targets.ts';

/** On runs that the operator made, which its history limits may remove. */
const MADE_BY = { 'app.kubernetes.io/managed-by': 'sync-operator' } as const;
const KEPT = 3;
const NAME_MOST = 253;

/** The name of the run that one value of `run-requested-at` asks for: the same value never makes a second one. */
export function childName({ metadata }: Resource, token: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([metadata.uid, token]))
    .digest('hex')
    .slice(0, 10);
  const room = NAME_MOST - hash.length - 1;
  return `${metadata.name.slice(0, room).replace(/[-.]+$/, '')}-${hash}`;
}

/** The SyncRun that a request on its target asks for (design §7.6). */
export function childOf(target: Resource, token: string): JsonObject {
  const { apiVersion, kind, metadata } = target;
  const { field } = RUNNABLES.find((runnable) => runnable.kind === kind)!;
  return {
    apiVersion: API_VERSION,
    kind: 'SyncRun',
    metadata: {
      name: childName(target, token),
      namespace: metadata.namespace,
      labels: { ...MADE_BY },
      ownerReferences: [
        { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: false },
      ],
    },
    spec: { [field]: { name: metadata.name } },
  };
}

/** Finished runs of the same target that the operator made, beyond the limits of the target; empty for other runs. */
export function surplusOf({ stores }: KindContext, run: Resource, target: Resource | undefined): Resource[] {
  if (!target || !isMadeFor(run, target)) return [];
  const limits = (target.spec.runHistoryLimits ?? {}) as { successful?: number; failed?: number };
  // The run of a request that is not written down as done yet must stay, or it would be made again.
  const asked = target.metadata.annotations?.[annotationOf('run-requested-at')];
  const isPending = asked !== undefined && target.status?.tokens?.['run-requested-at'] !== asked;
  const runs = (stores.SyncRun?.byIndex('runTarget', targetKey(run)) ?? []).filter((one) => {
    const pending = isPending && one.metadata.name === childName(target, asked);
    return isMadeFor(one, target) && isFinished(one) && !pending && one.metadata.deletionTimestamp === undefined;
  });
  const newest = runs.sort((a, b) =>
    endOf(a) === endOf(b) ? (keyOf(a) < keyOf(b) ? 1 : -1) : endOf(a) < endOf(b) ? 1 : -1,
  );
  const good = newest.filter((one) => succeeded(one));
  const others = newest.filter((one) => !succeeded(one));
  return [...good.slice(limits.successful ?? KEPT), ...others.slice(limits.failed ?? KEPT)];
}

function isMadeFor({ metadata }: Resource, target: Resource): boolean {
  const owners = (metadata.ownerReferences ?? []) as OwnerReference[];
  const [key, value] = Object.entries(MADE_BY)[0]!;
  return metadata.labels?.[key] === value && owners.some(({ uid }) => uid === target.metadata.uid);
}

const conditionOf = ({ status }: Resource, type: string) => status?.conditions?.find((one) => one.type === type);
const succeeded = (run: Resource) => conditionOf(run, 'Succeeded')?.status === 'True';
const endOf = (run: Resource) => conditionOf(run, 'Finished')?.lastTransitionTime ?? '';
