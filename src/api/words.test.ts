import { describe, expect, test } from 'vitest';
import { definitionOf, KINDS } from './registry.ts';
import { unknownWords } from './words.ts';

const job = definitionOf('SyncJob')!.fields;

test.each(['Standard', 'sync_all', 'Reverse-ETL', 'change data capture'])('the job type %s is known', (type) => {
  expect(unknownWords(job, { name: 'x', type })).toEqual([]);
});

test('a word that nobody knows is named with those that are', () => {
  expect(
    unknownWords(job, { type: 'Teleport', options: { verbosity: 'Shouting', dropTable: true }, tasks: [] }),
  ).toEqual([
    { path: 'spec.type', message: expect.stringContaining('Teleport') },
    { path: 'spec.options.verbosity', message: expect.stringContaining('Error, Info, Transfer, Verbose') },
  ]);
});

describe('the words of a vocabulary', () => {
  const fields = KINDS.flatMap(({ kind, fields }) => fields.map((field) => ({ kind, ...field })));

  test.each(
    fields
      .filter(({ equality }) => equality === 'vocabulary')
      .map((field) => [`${field.kind} ${field.path}`, field] as const),
  )(
    '%s: those of the documentation are listed, but for connectors, of which there are hundreds',
    (_, { path, words }) => expect(words === undefined).toBe(path === 'connector'),
  );
});
