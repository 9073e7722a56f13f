import type { KubeObject } from '../../cluster/types.ts';
import { naturalOf } from '../kinds/job.ts';
import { keyOf } from '../mirror.ts';
import { fieldChanges, type Snap, type SyncWrite } from '../syncWrites.ts';
import { KNOWN_MS, type Oracle } from './oracle.ts';

/** What may lose data or replication state, said here apart from the operator's tables (design §4): paths of Sync and of the spec. */
const DESTRUCTIVE: Readonly<Record<string, string>> = {
  type: 'type',
  source_connection: 'sourceRef',
  destination_connection: 'destinationRef',
  destination_schema: 'options.destinationSchema',
  table_name_prefix: 'options.tableNamePrefix',
  replicate_start_date: 'options.replicateStartDate',
  connector: 'connector',
  connector_version: 'connectorVersion',
  'properties.Server': 'properties.Server',
};
const WHEN_TRUE: Readonly<Record<string, string>> = {
  truncate_table_data: 'options.truncateTableData',
  drop_table: 'options.dropTable',
};
/** What the spec calls otherwise. */
const CALLED: Readonly<Record<string, string>> = { password: 'passwordSecretRef' };
const WHEN_FALSE: Readonly<Record<string, string>> = { is_active: 'isActive' };

/** One thing that an approval of a plan allows, once. */
interface Allowed {
  uid: string;
  verb: string;
  path: string | undefined;
  used: boolean;
}

interface Effect {
  what: string;
  destructive: boolean;
  covers(allowed: Allowed): boolean;
}

/** Nothing destructive without an approval that fits and was not used before; under Manual, nothing at all. */
export const approvals: Oracle = (land, owners) => {
  const { setting } = land;
  const allowed: Allowed[] = [];
  const lost = new Map<string, KubeObject>();
  land.grants.approved = ({ metadata: { uid }, status }) => {
    for (const { verb, path } of status.plan.changes) allowed.push({ uid, verb, path, used: false });
  };
  // A job that was ours and is gone: to make it again loads everything anew. One of another server is not gone.
  const noteLost = ({ kind, status, metadata }: KubeObject) => {
    if (status?.serverIdentity !== setting.installations.identity) return;
    if (kind === 'SyncJob' && status?.owned && !setting.simulator.state.jobs.has(status.id))
      lost.set(metadata.uid, status);
  };
  setting.mirror.onChange((before, after) => {
    if (before?.status?.owned && after) noteLost(before);
    // Another resource has what bears the name now: what this one had is over.
    if (after?.status?.owned === false) lost.delete(after.metadata.uid);
  });

  const judge = (by: string, resources: readonly KubeObject[], effect: Effect, snap: Snap) => {
    const needs = (one: KubeObject) =>
      setting.policies.settled(one, 'changePolicy', ['Manual'], KNOWN_MS) ||
      (effect.destructive && setting.policies.settled(one, 'changePolicy', ['Safe', 'Manual'], KNOWN_MS));
    if (resources.length === 0) return;
    const uids = new Set(resources.map(({ metadata }) => metadata.uid));
    const grant = allowed.find((one) => !one.used && uids.has(one.uid) && effect.covers(one));
    if (grant) grant.used = true;
    else if (resources.every(needs)) {
      setting.violate(
        'approvals',
        `${by}: ${effect.what} of ${snap.name}, for ${keyOf(resources[0]!)}, was not approved`,
      );
    }
  };

  setting.onSyncWrite((write) => {
    for (const { before, after } of write.changed) {
      const resources = owners.ownersOf(after.id);
      for (const effect of effectsOf(before, after)) judge(write.by, resources, effect, after);
    }
    for (const snap of write.created) judgeCreation(write, snap);
  });

  function judgeCreation({ by }: SyncWrite, snap: Snap): void {
    const makers = owners.makersOf(snap);
    const again = snap.kind === 'job' && makers.some(({ metadata }) => lost.has(metadata.uid));
    const covers = ({ verb }: Allowed) => /^(re)?create /.test(verb);
    judge(by, makers, { what: again ? 'making anew' : 'making', destructive: again, covers }, snap);
    for (const { metadata } of makers) lost.delete(metadata.uid);
  }
};

/** What a change of one object did, each thing that a plan would show. */
function effectsOf(before: Snap, after: Snap): Effect[] {
  const changes = fieldChanges(before.fields, after.fields);
  // A secret goes along with every write, whether the server had it or another (design §5, Updating): what was approved is the rest.
  const told = changes.length > 1 ? changes.filter(({ path }) => !/(^|\.)password$/i.test(path)) : changes;
  const fields = told.map(({ path, to }): Effect => {
    const ours = destructivePath(before.kind, path, to);
    const name = ours ?? CALLED[path] ?? path;
    return {
      what: `${path} → ${JSON.stringify(to)}`,
      destructive: ours !== undefined,
      covers: (one) => one.path !== undefined && (one.path === name || fold(one.path) === fold(path)),
    };
  });
  const noun = before.kind === 'pipeline' ? 'Step' : 'Task';
  const left = new Map(after.children.map((child) => [child.id, child]));
  const tasks = before.children.flatMap(({ id, fields: old }): Effect[] => {
    const now = left.get(id);
    const natural = naturalOf(old);
    if (!now) {
      return [
        {
          what: `deletion of ${noun.toLowerCase()} ${natural}`,
          // A step holds no state of its own.
          destructive: noun === 'Task',
          covers: ({ verb }) => (noun === 'Task' ? verb === `deleteTask ${natural}` : verb.startsWith('deleteStep ')),
        },
      ];
    }
    if (naturalOf(now.fields) === natural) return [];
    const covers = ({ verb, path }: Allowed) =>
      verb.startsWith(`update${noun}`) && path?.startsWith(`${noun.toLowerCase()}s[`) === true;
    return [{ what: `${noun.toLowerCase()} ${natural} → ${naturalOf(now.fields)}`, destructive: true, covers }];
  });
  return [...fields, ...tasks];
}

/** The path in the spec of a change that may lose something. */
function destructivePath(kind: string, path: string, to: unknown): string | undefined {
  // How a server treats the labels of a connection is not known.
  if (path === 'labels' && kind === 'connection') return 'labels';
  return DESTRUCTIVE[path] ?? (to === true ? WHEN_TRUE[path] : to === false ? WHEN_FALSE[path] : undefined);
}

/** The last part of a path, without case and separators: `schedule.cron` and `options.batchSize` are known by it. */
function fold(path: string): string {
  return path
    .slice(path.lastIndexOf('.') + 1)
    .toLowerCase()
    .replace(/_/g, '');
}
