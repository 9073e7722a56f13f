import type { Json } from '../ports/json.ts';
import { keyedHash, shortHash } from './digest.ts';

/** Keyed hashes of values that must not be guessable. A recorded one names its key, so that a lost key is noticed. */
export interface Macs {
  mac(path: string, value: Json): string;
  /** Made with another key than the present one. */
  isForeign(recorded: string): boolean;
}

/** `key` is the operator's own, at least 16 bytes. */
export function createMacs(key: Uint8Array): Macs {
  const prefix = `${shortHash(keyedHash(key, 'which key')).slice(0, 4)}.`;
  return {
    mac: (path, value) => prefix + keyedHash(key, [path, value]),
    isForeign: (recorded) => !recorded.startsWith(prefix),
  };
}
