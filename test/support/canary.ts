import type { Cluster } from '../cluster/cluster.ts';
import { type LogLine, showLine } from './recordingLogger.ts';

/** The forms in which a secret may leak: raw, in URLs, in base64, within JSON. */
export function formsOf(secret: string): string[] {
  const raw = [secret, `:${secret}`];
  const encoded = raw.map((text) => Buffer.from(text).toString('base64').replace(/=+$/, ''));
  return [...new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...encoded])];
}

/** Where people could read `secret`: logs, metrics, and all objects but Secrets. Empty when nowhere. */
export function placesOf(secret: string, cluster: Cluster, logs: readonly LogLine[], metrics: string): string[] {
  const forms = formsOf(secret);
  const holds = (text: string) => forms.some((form) => text.includes(form));
  const objects = [...cluster.backup().objects, ...cluster.events(), ...cluster.objects('Lease')];
  return [
    ...logs.map(showLine).filter(holds),
    ...metrics.split('\n').filter(holds),
    ...objects
      .filter(({ kind }) => kind !== 'Secret')
      .filter((object) => holds(JSON.stringify(object)))
      .map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`),
  ];
}
