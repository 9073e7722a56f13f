import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mutate } from './apply.ts';
import { MUTANTS } from './list.ts';

test.each(MUTANTS)('still applies: $name', (mutant) => {
  expect(mutate(mutant, '.')).not.toContain(mutant.from);
});

test('each has a name of its own, and one that does not apply says so', () => {
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  expect(readdirSync('test/mutants')).toContain('main.ts');
  expect(() => mutate({ ...MUTANTS[0]!, from: 'this stands nowhere' }, '.')).toThrow(/0 times/);
});
