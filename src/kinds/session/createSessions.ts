import { isDeepStrictEqual } from 'node:util';
import type { Learned } from '../../sync/client.ts';
import type { ServerSettings, SessionsDeps } from './context.ts';
import { type LiveSession, openSession } from './serverSession.ts';
import type { Sessions } from './sessions.ts';

/** The live servers, as their reconciler opens and closes them. */
export interface SessionsControl extends Sessions {
  get(serverKey: string): LiveSession | undefined;
  /**
   * The session for these settings: the present one if they are the same, else a new one in its place, which takes over what was
   * learned of the same server (`learned` when there was none). Throws RangeError for settings that no client can be made of.
   */
  open(serverKey: string, settings: ServerSettings, learned?: Learned): LiveSession;
  close(serverKey: string): void;
  closeAll(): void;
}

/** No session is open at first. */
export function createSessions(deps: SessionsDeps): SessionsControl {
  const sessions = new Map<string, LiveSession>();
  const close = (key: string) => {
    sessions.get(key)?.close();
    sessions.delete(key);
  };
  return {
    get: (key) => sessions.get(key),
    open(key, settings, learned) {
      const present = sessions.get(key);
      if (present && isDeepStrictEqual(present.settings, settings)) return present;
      const handed = present && isSameServer(present.settings, settings) ? present.client.learned() : learned;
      const session = openSession(deps, key, settings, handed);
      close(key);
      sessions.set(key, session);
      return session;
    },
    close,
    closeAll() {
      for (const key of [...sessions.keys()]) close(key);
    },
  };
}

function isSameServer(a: ServerSettings, b: ServerSettings): boolean {
  return a.client.url === b.client.url && a.client.apiPath === b.client.apiPath;
}
