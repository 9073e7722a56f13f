import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from './list.ts';

/** The file with its bug in it. Throws when the place does not stand there exactly once: the list has to follow the code. */
export function mutate({ name, file, from, to }: Mutant, root: string): string {
  const text = readFileSync(join(root, file), 'utf8');
  const places = text.split(from).length - 1;
  if (places === 1) return text.replace(from, () => to);
  throw new Error(`${name}: what it changes stands in ${file} ${places} times, not once; correct test/mutants/list.ts`);
}
