import type { Cluster } from '../cluster/cluster.ts';
import { type LogLine, showLine } from './recordingLogger.ts';

/** The forms in which a secret may leak: raw, in URLs and forms, in base64 at any place, within JSON. */
export function formsOf(secret: string): string[] {
  const url = encodeURIComponent(secret);
  const small = url.replace(/%../g, (hex) => hex.toLowerCase());
  const json = JSON.stringify(secret).slice(1, -1);
  const twice = JSON.stringify(json).slice(1, -1);
  return [
    ...new Set([
      secret,
      url,
      small,
      url.replaceAll('%20', '+'),
      json,
      twice,
      ...[0, 1, 2].map((n) => base64Of(secret, n)),
    ]),
  ];
}

/** The part of the base64 of a text with the secret behind `shift` bytes that depends on nothing else. */
function base64Of(secret: string, shift: number): string {
  const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)]);
  const sure = bytes.toString('base64').slice(0, Math.floor((bytes.length * 8) / 6));
  return sure.slice(Math.ceil((shift * 8) / 6));
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
