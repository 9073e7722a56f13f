import type { ReadResult } from '../../engine/remote.ts';
import { SyncError } from '../../sync/errors.ts';
import type { Entity } from '../../sync/models/entity.ts';
import { isListed } from '../session/listed.ts';
import { createSecretTeacher } from '../session/secrets.ts';
import type { Calls } from './calls.ts';
import { toRemoteObject } from './convert.ts';
import type { RemoteOptions } from './options.ts';

/** How young a list may be to stand in for a read of its own; milliseconds. */
const FRESH_MS = 5_000;
const AGAIN_MS = 2_000;

/** Reads one object with its children: by its item route, else off the list (design §5, Vanished). */
export function createReader(options: RemoteOptions, calls: Calls): (id: string) => Promise<ReadResult> {
  const { clock, session, collection, api, kind, inTurn, renames = {}, childRenames = {} } = options;
  const { writes } = session;
  const teach = createSecretTeacher(session.client.scrubber);
  const turn = (id: string) => `${kind}/${id}`;
  const laneOf = (id: string) => (writes.msLeft(id) > 0 ? 'user' : 'deep');

  async function read(id: string, isAgain = false): Promise<ReadResult> {
    const proven = calls.readsItems();
    let entity: Entity;
    try {
      // On a route that is known to work a 404 is about the object, and about one that we just made it says nothing yet.
      const canTell = !proven && writes.msLeft(id) === 0;
      const known = canTell ? { known: () => isListed(collection, id, writes) } : {};
      entity = await api.get(id, { lane: laneOf(id), ...known });
    } catch (error) {
      const outcome = error instanceof SyncError ? error.outcome : undefined;
      if (outcome?.kind === 'unsupported') return fromList(id, isAgain);
      if (outcome?.kind !== 'http' || !saysMissing(outcome.status, proven)) throw error;
      if (proven) return gone(id);
      // Lists show what we just made: the route may be lacking.
      return writes.msLeft(id) > 0 && (await isListed(collection, id, writes)) ? askAgain(id) : missing(id);
    }
    if (writes.msLeft(id) > 0) collection.wrote(entity);
    return present(entity, false);
  }

  async function present(entity: Entity, listed: boolean): Promise<ReadResult> {
    teach(entity);
    const children = entity.children ?? (await childrenOf(entity.id, listed));
    // It went while it was being read.
    if (children === 'gone') return { state: 'unsettled', retryAfterMs: AGAIN_MS };
    if (inTurn) {
      session.deepReads.add(turn(entity.id));
      if (!options.isAnothers?.(entity.id)) session.deepReads.touched(turn(entity.id));
    }
    return { state: 'present', object: toRemoteObject(entity, renames, childRenames, { children, listed }) };
  }

  /** Undefined where the server cannot list them. */
  async function childrenOf(id: string, listed: boolean): Promise<Entity[] | 'gone' | undefined> {
    if (!api.children) return undefined;
    try {
      // The parent was there a moment ago; it may have gone since.
      const known = async () => (listed ? isListed(collection, id, writes) : calls.exists(id));
      return await api.children.list(id, { lane: laneOf(id), known });
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      if (error.outcome.kind === 'unsupported') return undefined;
      if (error.outcome.kind === 'http' && error.outcome.status === 404) return 'gone';
      throw error;
    }
  }

  /** Without an item route; the list tells all there is to know. */
  async function fromList(id: string, isAgain = false): Promise<ReadResult> {
    const age = clock.now() - (collection.listedAt ?? Number.NEGATIVE_INFINITY);
    if (age > FRESH_MS || writes.msLeft(id) > 0 || !collection.get(id)?.entity) await collection.refresh();
    const listed = collection.suspicious?.ids.has(id) ? undefined : collection.get(id);
    if (listed?.entity) return present(listed.entity, true);
    // What was known of the route has lapsed meanwhile, so that the list kept no whole objects: the route is due to be tried.
    return listed && !isAgain ? read(id, true) : missing(id);
  }

  /** The item route, which has worked before, says 404. */
  async function gone(id: string): Promise<ReadResult> {
    const left = writes.msLeft(id);
    if (left > 0) return { state: 'unsettled', retryAfterMs: Math.min(left, AGAIN_MS) };
    if (await isListed(collection, id, writes)) {
      // Either the list lags behind a deletion, or the route went with an upgrade: another object of the list can tell.
      const works = await worksForAnother(id);
      if (works === undefined) return { state: 'unsettled', retryAfterMs: AGAIN_MS };
      if (!works) return askAgain(id);
    }
    collection.removed(id);
    session.deepReads.remove(turn(id));
    return { state: 'absent' };
  }

  async function worksForAnother(id: string): Promise<boolean | undefined> {
    const other = [...collection.ids()].find((one) => one !== id && writes.msLeft(one) === 0);
    if (other === undefined) return undefined;
    try {
      await api.get(other, { lane: 'deep' });
      return true;
    } catch (error) {
      return error instanceof SyncError && error.outcome.kind === 'http' && error.outcome.status === 404
        ? false
        : undefined;
    }
  }

  /** The object is certainly there: lets the client learn that the route is not. */
  async function askAgain(id: string): Promise<ReadResult> {
    try {
      return await present(await api.get(id, { lane: 'deep', known: true }), false);
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      if (error.outcome.kind === 'unsupported') return fromList(id);
      return { state: 'unsettled', retryAfterMs: AGAIN_MS };
    }
  }

  /** Only lists tell, and one that lacks it proves nothing. */
  async function missing(id: string): Promise<ReadResult> {
    const left = writes.msLeft(id);
    if (left > 0) return { state: 'unsettled', retryAfterMs: Math.min(left, AGAIN_MS) };
    let absence = collection.missing(id);
    const due = absence ? absence.firstMissedAt + session.lagGraceMs - clock.now() : 0;
    if (!absence?.sure && due <= 0) {
      await collection.refresh();
      absence = collection.missing(id);
    }
    if (absence?.sure) return { state: 'absent' };
    return { state: 'unsettled', retryAfterMs: Math.max(AGAIN_MS, due) };
  }

  return (id) => calls.run(read(id));
}

/** On a route that may not be there, a 405 or 501 tells of the object as little as a 404. */
function saysMissing(status: number, proven: boolean): boolean {
  return status === 404 || (!proven && (status === 405 || status === 501));
}
