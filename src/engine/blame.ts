import type { Json } from '../ports/json.ts';
import type { Change, Step } from './plan.ts';
import { isSensitivePath } from './show.ts';

/** Fields that are named in one message. */
const NAMED = 5;

/** The fields that a refused call was about, for people: those that the server's words speak of, else all that were sent. */
export function blamed(steps: readonly Step[], words: string): string {
  const changes = steps.flatMap((step) => step.changes);
  const named = changes.filter(({ path }) => path.includes('.') && fold(words).includes(fold(path)));
  const spoken = named.length > 0 ? named : changes.filter((change) => isSpokenOf(change, words));
  const paths = (spoken.length > 0 ? spoken : changes).map(({ path }) => `spec.${path}`);
  const shown = paths.slice(0, NAMED).join(', ');
  return paths.length > NAMED ? `${shown} and ${paths.length - NAMED} more` : shown;
}

function isSpokenOf({ path, to, secret }: Change, words: string): boolean {
  const leaf = fold(path.slice(path.lastIndexOf('.') + 1)).replace(/(secret)?(ref|s)$/, '');
  if (leaf.length > 2 && fold(words).includes(leaf)) return true;
  if (secret || isSensitivePath(path) || to === undefined) return false;
  return valuesOf(to).some((value) => value.length > 2 && words.includes(value));
}

function valuesOf(value: Json): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(valuesOf);
}

function fold(text: string): string {
  return text.toLowerCase().replace(/[-_ .]/g, '');
}
