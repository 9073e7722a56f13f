import type { Verdict } from './conditions.ts';
import type { Gated } from './gate.ts';
import type { GatheredPass } from './pass.ts';
import type { RemoteObject } from './remote.ts';

/** A PUT over something that only lists show may lose what they leave out, unless the server is known to merge. */
export function unreadable(
  { gathered, kind }: GatheredPass,
  gated: Gated,
): { reason: string; message: string } | undefined {
  const { canReadItems, putStyle } = gathered.scope;
  if (canReadItems || putStyle === 'merge' || !gated.go.some(({ verb }) => verb === 'update')) return undefined;
  const message =
    `this server cannot read a single object of ${kind.name}, so that an update could lose fields that its lists leave out; ` +
    `if it merges updates, say so in the SyncServer's spec.wire.facts.putStyle`;
  return { reason: 'Unsupported', message };
}

/** Nobody can say that children are as the spec wants them on a server that does not list them. */
export function unseenChildren(
  { gathered, kind }: GatheredPass,
  object: RemoteObject | undefined,
): Verdict | undefined {
  if (!kind.children || !gathered.desired.children || !object || object.children) return undefined;
  const message =
    `this server does not list what spec.${kind.children.list} is about, so that it cannot be compared; ` +
    `if it does elsewhere, say so in the SyncServer's spec.routes, or remove spec.${kind.children.list}`;
  return { state: 'stalled', reason: 'Unsupported', message };
}
