import type { Manifest } from '../../cluster/types.ts';
import { SIM_KINDS, simKindOf } from '../kinds/all.ts';
import { remoteName } from '../kinds/places.ts';
import { editPolicy } from '../kinds/policies.ts';
import { edited, type Land } from '../land.ts';
import { keyOf } from '../mirror.ts';
import type { WeighedActs } from './act.ts';

/** What people do with kubectl and Git. */
export const EDITS: WeighedActs = [
  [6, editSpec],
  [3, editPolicies],
  [2, toggleSuspend],
  [3, addResource],
  [2, deleteResource],
  [2, recreateResource],
  [1, addRival],
  [2, rotateSecret],
  [1, rotateToken],
  [4, approve],
  [1, approveSomethingElse],
  [1, resetConnection],
  [1, askForReconcile],
  [1, acceptLoss],
  [1, editServer],
];

function resources(land: Land): [string, Manifest][] {
  return [...land.wanted].filter(([, { kind }]) => simKindOf(kind));
}

function applied(land: Land, manifest: Manifest, what: string): string {
  const done = land.apply(manifest);
  return `${done ? 'applies' : 'tries'} ${keyOf(manifest as never)}: ${what}`;
}

function editSpec(land: Land): string | undefined {
  const found = land.dice.pickAny(resources(land));
  if (!found) return undefined;
  let what = '';
  const manifest = edited(found[1], (spec) => {
    what = simKindOf(found[1].kind)!.edit(spec, land);
  });
  return applied(land, manifest, what);
}

function editPolicies(land: Land): string | undefined {
  const found = land.dice.pickAny(resources(land));
  if (!found) return undefined;
  let what = '';
  const manifest = edited(found[1], (spec) => {
    what = editPolicy(spec, land.dice);
  });
  return applied(land, manifest, what);
}

function toggleSuspend(land: Land): string | undefined {
  const suspended = [...land.wanted.values()].filter(({ spec }) => spec.suspend);
  const resume = suspended.length > 0 && land.dice.chance(0.6);
  const found = land.dice.pickAny(
    resume ? suspended : [...land.wanted.values()].filter(({ kind }) => kind !== 'SyncRun'),
  );
  if (!found) return undefined;
  const manifest = edited(found, (spec) => {
    if (spec.suspend) delete spec.suspend;
    else spec.suspend = true;
  });
  return applied(land, manifest, manifest.spec.suspend ? 'suspended' : 'resumed');
}

export function addResource(land: Land): string | undefined {
  const manifest = land.dice.pick(SIM_KINDS).make(land);
  return manifest && applied(land, manifest, 'new');
}

function deleteResource(land: Land): string | undefined {
  // The default workspace and the server stay: without them nothing goes on.
  const found = land.dice.pickAny(resources(land).filter(([key]) => key !== 'SyncWorkspace/default/default'));
  if (!found) return undefined;
  const [key, manifest] = found;
  land.remove(key);
  if (land.dice.chance(0.5)) {
    land.setting.clock.after(land.dice.between(0, 90) * 1000, () => {
      if (!land.wanted.has(key)) land.setting.timeline.note('kubectl', applied(land, manifest, 'again'));
    });
  }
  return `deletes ${key}`;
}

/** Deleted and made again at once, as `kubectl replace --force` does it. */
function recreateResource(land: Land): string | undefined {
  const found = land.dice.pickAny(resources(land).filter(([, { kind }]) => kind !== 'SyncWorkspace'));
  if (!found) return undefined;
  const [key, manifest] = found;
  land.remove(key);
  // While its finalizer holds it, an apply only changes what is being deleted.
  if (land.setting.mirror.resources.has(key)) return `deletes ${key}`;
  return applied(land, manifest, 'deleted and made again');
}

/** A second resource for the same object. */
function addRival(land: Land): string | undefined {
  const found = land.dice.pickAny(resources(land).filter(([, { kind }]) => kind !== 'SyncWorkspace'));
  if (!found) return undefined;
  const manifest = edited(found[1], () => {});
  manifest.metadata = { namespace: 'default', name: land.newName('rival') };
  return applied(land, manifest, `a second one for ${remoteName(manifest as never)}`);
}

function rotateSecret(land: Land): string | undefined {
  const name = land.dice.pickAny([...land.secrets.keys()]);
  if (name === undefined) return undefined;
  land.rotate(name);
  return `writes a new value into Secret ${name}`;
}

function rotateToken(land: Land): string {
  const { simulator, cluster, clock, dice } = land.setting;
  const token = `canary-${dice.random.uuid()}`;
  const old = [...simulator.state.tokens];
  land.newToken(token);
  simulator.console.addToken(token);
  const stringData = { token };
  cluster.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'default', name: 'sync-token' },
    stringData,
  });
  clock.after(dice.between(0, 180) * 1000, () => {
    for (const one of old) simulator.console.revokeToken(one);
  });
  return 'rotates the token of the server';
}

function editServer(land: Land): string {
  const { dice } = land;
  let what = '';
  const manifest = edited(land.wanted.get('SyncServer/default/main')!, (spec) => {
    spec.defaults ??= {};
    what = `defaults.${editPolicy(spec.defaults, dice)}`;
    if (dice.chance(0.5)) return;
    spec.limits = { ...spec.limits, requestsPerSecond: dice.pick([5, 20, 100]) };
    what += `, requestsPerSecond: ${spec.limits.requestsPerSecond}`;
  });
  return applied(land, manifest, what);
}

/** Approves what a plan says now. */
export function approve(land: Land): string | undefined {
  const waiting = [...land.setting.mirror.resources.values()].filter(({ status }) => status?.plan);
  const resource = land.dice.pickAny(waiting);
  if (!resource) return undefined;
  const { id, summary } = resource.status.plan;
  land.annotate(resource, 'approve-plan', id);
  land.grants.approved(resource);
  return `approves ${keyOf(resource)}: ${summary}`;
}

/** An approval that fits no plan: of one that is done, or never was. */
function approveSomethingElse(land: Land): string | undefined {
  const resource = land.dice.pickAny([...land.setting.mirror.resources.values()]);
  if (!resource) return undefined;
  land.annotate(resource, 'approve-plan', `other-${land.dice.between(0, 999)}`);
  return `approves a plan of ${keyOf(resource)} that there is not`;
}

function resetConnection(land: Land): string | undefined {
  const resource = land.dice.pickAny(land.setting.mirror.of('SyncConnection'));
  if (!resource) return undefined;
  const token = land.dice.pick(['reset-credentials-requested-at', 'reset-metadata-requested-at']);
  land.annotate(resource, token, String(land.setting.clock.now()));
  land.grants.requested(resource, token);
  return `asks ${keyOf(resource)} for ${token}`;
}

function askForReconcile(land: Land): string | undefined {
  const resource = land.dice.pickAny([...land.setting.mirror.resources.values()]);
  if (!resource) return undefined;
  land.annotate(resource, 'reconcile-requested-at', String(land.setting.clock.now()));
  return `asks ${keyOf(resource)} for a reconcile`;
}

function acceptLoss(land: Land): string | undefined {
  const resource = land.dice.pickAny(land.setting.mirror.of('SyncWorkspace'));
  if (!resource) return undefined;
  land.annotate(resource, 'accept-loss', String(land.setting.clock.now()));
  return `accepts the loss in ${keyOf(resource)}`;
}
