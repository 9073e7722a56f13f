import { createHmac, hash } from 'node:crypto';
import type { Json } from '../ports/json.ts';

const SHORT_BYTES = 8;
const SHORT_CHARS = 11;
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** JSON with sorted keys and no spaces: equal values give equal text. A bigint is written as the integer it is. */
export function canonicalJson(value: Json): string {
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key]!)}`);
  return `{${members.join(',')}}`;
}

/** The first 8 bytes of a value's SHA-256, as base64url (11 characters). Not for secrets: a short value can be guessed. */
export function shortHash(value: Json): string {
  // A buffer a hash would cost more than the hash. The last of these characters has four bits of the eighth byte, and two of the next.
  const text = hash('sha256', canonicalJson(value), 'base64url');
  return text.slice(0, SHORT_CHARS - 1) + BASE64URL[BASE64URL.indexOf(text[SHORT_CHARS - 1]!) & 0b111100];
}

/** The same under a key (HMAC-SHA-256), for write-only and sensitive values. Throws when the key is shorter than 16 bytes. */
export function keyedHash(key: Uint8Array, value: Json): string {
  if (key.length < 16) throw new Error(`the HMAC key has ${key.length} bytes; at least 16 are needed`);
  const mac = createHmac('sha256', key).update(canonicalJson(value)).digest();
  return mac.subarray(0, SHORT_BYTES).toString('base64url');
}
