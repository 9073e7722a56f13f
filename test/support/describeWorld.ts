import type { Cluster } from '../cluster/cluster.ts';
import type { KubeObject, Loose } from '../cluster/types.ts';
import { type LogLine, showLine } from './recordingLogger.ts';

export const OUR_KINDS = [
  'SyncServer',
  'SyncWorkspace',
  'SyncConnection',
  'SyncJob',
  'SyncTransformation',
  'SyncPipeline',
  'SyncEvent',
  'SyncUser',
  'SyncRun',
] as const;

/** The state of every resource and the last lines of the log: for the message of a wait that was in vain. */
export function describeWorld(cluster: Cluster, logs: readonly LogLine[]): string {
  const resources = OUR_KINDS.flatMap((kind) => cluster.objects(kind)).map(describeObject);
  const lines = logs.filter(({ level }) => level === 'warn' || level === 'error').slice(-12);
  return [...resources, ...lines.map(showLine)].join('\n');
}

function describeObject({ kind, metadata, status }: KubeObject): string {
  const conditions: Loose[] = status?.conditions ?? [];
  const shown = conditions.map(({ type, status: value, reason, message }) => `${type}=${value} ${reason}: ${message}`);
  const plan = status?.plan ? [`plan ${JSON.stringify(status.plan)}`] : [];
  const pending = status?.pending ? [`pending ${JSON.stringify(status.pending)}`] : [];
  const intent = status?.intent ? [`intent ${JSON.stringify(status.intent)}`] : [];
  const lines = shown.length > 0 ? [...shown, ...plan, ...pending, ...intent] : ['no conditions'];
  return [`${kind} ${metadata.namespace}/${metadata.name}`, ...lines.map((line) => `    ${line}`)].join('\n');
}
