import type { KindReport } from '../../engine/kind.ts';
import type { Resource } from '../../engine/resource.ts';
import { readTokens } from '../../engine/tokens.ts';
import { SyncError } from '../../sync/errors.ts';
import type { ServerSession } from '../session/sessions.ts';

/**
 * Believes the lists of a workspace when somebody has just said that what they lack is lost (`accept-loss`); returns the request
 * to be echoed. It changes nothing on the server, so that it holds for a workspace that is only observed or suspended, too.
 */
export function acceptLoss(resource: Resource, session: ServerSession): string | undefined {
  const accepted = readTokens(resource).fired.get('accept-loss');
  const id = resource.status?.id;
  if (accepted === undefined || id === undefined) return undefined;
  for (const collection of session.workspace(id).polled.values()) collection.acceptLoss();
  return accepted;
}

/** The condition Listed, which is there only while it is false: what the workspace holds cannot be listed, although the server answers. */
export function failingLists(session: ServerSession, id: string): KindReport['conditions'] {
  if (session.unusable) return [];
  const failing = [...session.workspace(id).polled].flatMap(([what, { state, lastError }]) =>
    state === 'failing' && lastError instanceof SyncError ? [`the ${what} cannot be listed: ${lastError.message}`] : [],
  );
  if (failing.length === 0) return [];
  const message = `${failing.join('; ')}. Until they can, changes made in Sync are found late, and nothing new is made of that kind`;
  return [{ type: 'Listed', status: 'False', reason: 'ListFailing', message }];
}

/** The condition SuspiciousSnapshot, which is there only while it holds. */
export function suspicions(session: ServerSession, id: string): KindReport['conditions'] {
  const found = [...session.workspace(id).polled].flatMap(([what, { suspicious }]) =>
    suspicious ? [`the list of ${what} lacks ${suspicious.missing} of ${suspicious.known} known ones`] : [],
  );
  if (found.length === 0) return [];
  const message =
    `${found.join('; ')}. Creates and deletes are held here until the lists recover. If they are really lost, annotate this ` +
    'SyncWorkspace with sync.cdata.com/accept-loss and a new value';
  return [{ type: 'SuspiciousSnapshot', status: 'True', reason: 'SuspiciousSnapshot', message }];
}
