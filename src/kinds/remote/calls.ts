import { RemoteError } from '../../engine/remote.ts';
import { SyncError } from '../../sync/errors.ts';
import { isListed } from '../session/listed.ts';
import { toRemoteError } from './convert.ts';
import type { RemoteOptions } from './options.ts';

/** What reading and writing share. */
export interface Calls {
  /** The call, its failures told to the session and turned into RemoteErrors. */
  run<T>(call: Promise<T>): Promise<T>;
  /**
   * Whether the object is certainly there: only then may a 404 of an operation on it mean that the route does not exist. Undefined: a
   * read may still show what we removed.
   */
  exists(id: string): Promise<boolean | undefined>;
  /** True when the server is known to read single objects of the kind. */
  readsItems(): boolean;
  /** A write of the object or of its children; its reply may be lost, so it counts from its beginning. */
  write<T>(id: string, call: () => Promise<T>): Promise<T>;
  /** An object that others may refer to has changed. */
  changed(id: string): void;
}

export function createCalls(options: RemoteOptions): Calls {
  const { clock, session, workspace, collection, api } = options;
  const readsItems = () => ['proven', 'documented'].includes(session.client.routeState(api.getOperation));
  const changed = (id: string) => {
    if (!workspace) return;
    const others = workspace.changes.filter((change) => change.id !== id);
    workspace.changes = [{ id, at: clock.now() }, ...others].slice(0, 2);
  };

  async function run<T>(call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      if (error instanceof SyncError) {
        session.failed(error);
        throw toRemoteError(error);
      }
      // A list that was stopped along with its session; the next pass has another one.
      const gone = session.unusable;
      if (gone && !(error instanceof RemoteError)) {
        throw new RemoteError(gone.message, { kind: 'circuitOpen', retryAfterMs: gone.retryAfterMs ?? 1_000 }, 'read');
      }
      throw error;
    }
  }

  return {
    readsItems,
    run,
    changed,
    async exists(id) {
      if (session.writes.wasRemoved(id)) return undefined;
      if (!readsItems()) return isListed(collection, id, session.writes);
      try {
        await api.get(id, {});
        return true;
      } catch (error) {
        if (error instanceof SyncError) return false;
        throw error;
      }
    },
    async write(id, call) {
      session.writes.note(id);
      let refused = false;
      try {
        return await run(call());
      } catch (error) {
        refused = error instanceof RemoteError && wasRefused(error);
        throw error;
      } finally {
        session.writes.note(id);
        // Otherwise two that are refused would take each other for the change that their own is to wait for.
        if (!refused) changed(id);
      }
    },
  };
}

/** The server answered that it did not do it. */
function wasRefused({ outcome }: RemoteError): boolean {
  return outcome.kind === 'http' && outcome.status >= 400 && outcome.status < 500 && outcome.status !== 408;
}
