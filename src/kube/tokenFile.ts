import type { Clock } from '../ports/clock.ts';
import type { Files } from '../ports/files.ts';

/** Whoever renews a token does so long before it ends; client-go looks once a minute, too. */
const TOKEN_AGE_MS = 60_000;

/** A bearer token from a file, read again once a minute; undefined when there is none to begin with. */
export function openTokenFile(path: string, files: Files, clock: Clock): (() => string) | undefined {
  let token = files.read(path)?.trim();
  if (!token) return undefined;
  let readAt = clock.monotonic();
  return () => {
    if (clock.monotonic() - readAt >= TOKEN_AGE_MS) {
      readAt = clock.monotonic();
      // Unreadable for a moment while it is swapped: the old token still serves.
      token = files.read(path)?.trim() || token;
    }
    return token!;
  };
}
