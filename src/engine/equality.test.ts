import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Equality } from '../api/fields.ts';
import type { Json } from '../ports/json.ts';
import { canonicalJson } from './digest.ts';
import { equal } from './equality.ts';

const all: Equality[] = ['string', 'number', 'boolean', 'vocabulary', 'cron', 'set', 'reference', 'json'];
const nested = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Json>(null, '', true, false, 0, 1, -1, 1.5, '1', 'true', 'FALSE', '-', 'a', 'A', 'a b', 10n),
    fc.bigInt(),
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('id', 'name', 'x'), tie('value'), { maxKeys: 3 }),
  ),
}));
const anyJson = nested.value as fc.Arbitrary<Json>;

test.each(all)('%s: every value equals itself, and two values equal each other or neither', (equality) => {
  fc.assert(
    fc.property(anyJson, anyJson, (a, b) => {
      expect(equal(equality, a, structuredClone(a))).toBe(true);
      expect(equal(equality, a, b)).toBe(equal(equality, b, a));
    }),
    { numRuns: 500 },
  );
});

test.each(all.filter((equality) => equality !== 'reference'))(
  '%s: equality passes through a third value',
  (equality) => {
    fc.assert(
      fc.property(anyJson, anyJson, anyJson, (a, b, c) => {
        if (equal(equality, a, b) && equal(equality, b, c)) expect(equal(equality, a, c)).toBe(true);
      }),
      { numRuns: 500 },
    );
  },
);

test.each(all)('%s: null and the empty string are the same', (equality) => {
  expect(equal(equality, null, '')).toBe(true);
});

const cases: [Equality, Json, Json, boolean][] = [
  ['string', 'a', 'a', true],
  ['string', 'a', 'A', false],
  ['string', 'a', ' a', false],
  ['string', '5', 5, true],
  ['string', '', 'a', false],
  ['string', '{"a":1}', { a: 1 }, false],
  ['number', 5, '5', true],
  ['number', 5, '5.0', true],
  ['number', 1000, '1e3', true],
  ['number', 0.5, '.5', true],
  ['number', 0, '-0', true],
  ['number', 9007199254740993n, '9007199254740993', true],
  ['number', 9007199254740993n, '9007199254740992', false],
  ['number', 0, null, false],
  ['number', 1, true, false],
  ['number', 5, 'five', false],
  ['boolean', true, 'true', true],
  ['boolean', true, 'True', true],
  ['boolean', false, '0', true],
  ['boolean', false, null, false],
  ['boolean', true, 'yes', false],
  ['vocabulary', 'DBT-Cloud', 'dbt_cloud', true],
  ['vocabulary', 'Start_of_Job', 'StartOfJob', true],
  ['vocabulary', 'SyncAll', 'Sync All', true],
  ['vocabulary', 'SQL', 'DBT', false],
  ['cron', '0  0 * * *', ' 0 0 * *\t*', true],
  ['cron', '0 0 * * *', '0 1 * * *', false],
  ['set', ['a', 'b'], ['b', 'a', 'a'], true],
  ['set', ['a', 'b'], ['a,b'], false],
  ['set', [], null, true],
  ['set', ['1'], [1], true],
  ['set', 'a', ['a'], true],
  ['set', ['a'], [], false],
  ['reference', { id: '1', name: 'x' }, { id: '1', name: 'renamed' }, true],
  ['reference', { id: '1', name: 'x' }, { id: '2', name: 'x' }, false],
  ['reference', { name: 'x' }, { id: '2', name: 'x' }, true],
  ['reference', { id: 7 }, { id: '7' }, true],
  ['reference', '7', { id: 7, name: 'x' }, true],
  ['reference', 'x', { name: 'x' }, true],
  ['reference', { id: '7' }, { name: 'x' }, false],
  ['reference', null, { id: '', name: null }, true],
  ['reference', null, { id: '7' }, false],
  ['json', { a: [1, { b: 2, c: null }] }, { a: [1, { c: null, b: 2 }] }, true],
  ['json', [1, 2], [2, 1], false],
  ['json', { a: null }, {}, false],
  ['json', '1', 1, false],
];

for (const [equality, wanted, observed, expected] of cases) {
  const words = `${canonicalJson(wanted)} and ${canonicalJson(observed)}`;
  test(`${equality}: ${words} ${expected ? 'are equal' : 'differ'}`, () => {
    expect(equal(equality, wanted, observed)).toBe(expected);
  });
}
