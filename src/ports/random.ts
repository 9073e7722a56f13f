import { randomBytes, randomUUID } from 'node:crypto';

/** Chance, passed in so that a run can be repeated from one seed. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A random UUID, version 4. */
  uuid(): string;
  /** `n` random bytes; only `systemRandom` is fit for keys. */
  bytes(n: number): Uint8Array;
}

/** The machine's randomness. */
export function systemRandom(): Random {
  return { next: () => Math.random(), uuid: () => randomUUID(), bytes: (n) => randomBytes(n) };
}
