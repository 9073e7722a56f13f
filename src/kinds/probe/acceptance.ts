import type { SyncServerStatus } from '../../api/syncServer.ts';
import { annotationOf } from '../../engine/tokens.ts';

/** What came of `accept-server`. */
export type Acceptance =
  | { ok: true; accepted: NonNullable<SyncServerStatus['acceptedServer']> }
  | { ok: false; message: string };

/** Reads the value of `accept-server`; it has to name the server as it is now, so that nobody accepts what they have not seen. */
export function readAcceptance(value: string, identity: string): Acceptance {
  const [how, named] = [value.slice(0, value.indexOf(':')), value.slice(value.indexOf(':') + 1)];
  if ((how === 'moved' || how === 'replaced') && named === identity) return { ok: true, accepted: { how, identity } };
  return { ok: false, message: `${annotationOf('accept-server')}=${value} accepts nothing; ${choices(identity)}` };
}

/** What to do about another server behind the URL. */
export function changedMessage(was: string, identity: string): string {
  return `the server was ${was} and is ${identity} now; nothing is called until you say what happened: ${choices(identity)}`;
}

function choices(identity: string): string {
  return (
    `annotate with ${annotationOf('accept-server')}=moved:${identity} (the same objects, ids kept), or ` +
    `replaced:${identity} (other objects, found again by name)`
  );
}

/** Whether it is the same server. One that does not tell its default workspace is known by its place alone. */
export function isSameServer(a: string, b: string): boolean {
  const [left, right] = [a, b].map((identity) => identity.slice(0, identity.lastIndexOf('#')));
  const untold = a.endsWith('#') || b.endsWith('#');
  return a === b || (untold && left === right);
}
