import { sleep } from '../../ports/clock.ts';
import type { Command, Context } from '../command.ts';
import { candidatesOf } from './candidates.ts';

/** The name under which kubectl looks for the completions of `kubectl sync`. */
export const COMPLETER = 'kubectl_complete-sync';
const PATIENCE_MS = 3_000;
/** Cobra's directives: no file names; and no space behind what ends in a slash. */
const NO_FILES = 4;
const NO_SPACE = 2;

/**
 * Answers kubectl (and the scripts of `completion`) in Cobra's protocol: a candidate and its description a line, then a directive.
 * Says nothing of errors: a shell could do nothing with them.
 */
export async function complete(
  commands: readonly Command[],
  words: readonly string[],
  { terminal, clock, cluster }: Pick<Context, 'terminal' | 'clock' | 'cluster'>,
): Promise<number> {
  const asked = candidatesOf(commands, words, cluster).catch(() => []);
  const patience = new AbortController();
  const found = await Promise.race([asked, sleep(clock, PATIENCE_MS, patience.signal).then(() => [])]);
  patience.abort();
  const open = found.length > 0 && found.every(({ value }) => value.endsWith('/'));
  for (const { value, description } of found) {
    terminal.out(`${value}${description === '' ? '' : `\t${description.split(/[.:;] /)[0]}`}\n`);
  }
  terminal.out(`:${NO_FILES + (open ? NO_SPACE : 0)}\n`);
  return 0;
}
