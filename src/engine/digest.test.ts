import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../ports/json.ts';
import { canonicalJson, keyedHash, shortHash } from './digest.ts';

test('the order of keys makes no difference, the order of items does', () => {
  expect(canonicalJson({ b: [1, { d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[1,{"c":2,"d":1}]}');
  expect(shortHash({ a: 1, b: 2 })).toBe(shortHash({ b: 2, a: 1 }));
  expect(shortHash([1, 2])).not.toBe(shortHash([2, 1]));
});

test('canonical text of any JSON reads back as the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value as Json))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('an integer beyond 2^53 keeps every digit', () => {
  expect(canonicalJson({ id: 9007199254740993123n })).toBe('{"id":9007199254740993123}');
  expect(shortHash(9007199254740993n)).not.toBe(shortHash(9007199254740992n));
  expect(shortHash(1n)).toBe(shortHash(1));
});

test('a short hash is the first 8 bytes of SHA-256, stable across releases', () => {
  const slowly = (value: Json) =>
    createHash('sha256').update(canonicalJson(value)).digest().subarray(0, 8).toString('base64url');
  expect(shortHash('a')).toBe(slowly('a'));
  fc.assert(fc.property(fc.string(), (value) => shortHash(value) === slowly(value)));
  expect(shortHash('a')).toHaveLength(11);
});

test('a keyed hash depends on key and value, and refuses a key that could be tried out', () => {
  const key = new Uint8Array(32).fill(1);
  expect(keyedHash(key, 'secret')).toBe(keyedHash(key, 'secret'));
  expect(keyedHash(key, 'secret')).not.toBe(keyedHash(key, 'Secret'));
  expect(keyedHash(key, 'secret')).not.toBe(keyedHash(new Uint8Array(32).fill(2), 'secret'));
  expect(keyedHash(key, 'secret')).not.toBe(shortHash('secret'));
  expect(() => keyedHash(new Uint8Array(15), 'secret')).toThrow(/15 bytes; at least 16/);
});
