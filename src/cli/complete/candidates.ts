import { definitionOf, KINDS } from '../../api/registry.ts';
import type { Cluster } from '../cluster.ts';
import { type Command, type Flag, GLOBAL_FLAGS } from '../command.ts';
import { commandAt } from '../flags.ts';
import { shortest, targetOf } from '../targets.ts';

export interface Candidate {
  value: string;
  description: string;
}

const ALL = KINDS.map(({ kind }) => kind);
const RUNNABLE = ['SyncJob', 'SyncTransformation', 'SyncPipeline'];
const KINDS_OF: Readonly<Record<NonNullable<Command['completes']>, readonly string[]>> = {
  object: ALL,
  runnable: RUNNABLE,
  server: ['SyncServer'],
  connection: ['SyncConnection'],
  run: ['SyncRun'],
};

/** What the last of the words could become. `cluster` is asked for names of objects only. Rejects as the cluster does. */
export async function candidatesOf(
  commands: readonly Command[],
  words: readonly string[],
  cluster: () => Promise<Cluster>,
): Promise<Candidate[]> {
  const last = words.at(-1) ?? '';
  const at = commandAt(words);
  const command = at < words.length - 1 ? commands.find(({ name }) => name === words[at]) : undefined;
  if (!command && at < words.length - 1) return [];
  if (!command)
    return beginning(
      last,
      commands.map(({ name, summary }) => ({ value: name, description: summary })),
    );
  const flags: Record<string, Flag> = { ...command.flags, ...GLOBAL_FLAGS };
  const before = flagNamed(flags, words.at(-2));
  if (before?.value !== undefined) {
    return beginning(
      last,
      (before.choices ?? []).map((value) => ({ value, description: '' })),
    );
  }
  if (last.startsWith('-')) {
    return beginning(
      last,
      Object.entries(flags).map(([name, { help }]) => ({ value: `--${name}`, description: help })),
    );
  }
  return command.completes ? objects(last, KINDS_OF[command.completes], cluster) : [];
}

/** Types first, `job/`; behind the slash the names that there are. */
async function objects(last: string, kinds: readonly string[], cluster: () => Promise<Cluster>): Promise<Candidate[]> {
  if (!last.includes('/')) {
    return beginning(
      last,
      kinds.map((kind) => ({ value: `${shortest(kind)}/`, description: definitionOf(kind)!.description })),
    );
  }
  const [type, begun] = last.split('/') as [string, string];
  const { definition } = targetOf([`${type}/x`], kinds);
  const found = await (await cluster()).list(definition);
  return found
    .filter(({ metadata }) => metadata.name.startsWith(begun))
    .map(({ metadata, status }) => {
      const ready = status?.conditions?.find((one) => one.type === 'Ready');
      return { value: `${type}/${metadata.name}`, description: ready?.reason ?? '' };
    });
}

function flagNamed(flags: Record<string, Flag>, word: string | undefined): Flag | undefined {
  if (word?.startsWith('--')) return flags[word.slice(2)];
  return Object.values(flags).find(({ short }) => short !== undefined && word === `-${short}`);
}

const beginning = (last: string, all: readonly Candidate[]) => all.filter(({ value }) => value.startsWith(last));
