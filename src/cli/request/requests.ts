import { KINDS } from '../../api/registry.ts';
import type { TokenName } from '../../engine/tokens.ts';
import { request } from '../cluster.ts';
import type { Command } from '../command.ts';
import { CliError } from '../failure.ts';
import { read, shortest, targetsOf } from '../targets.ts';

interface Request {
  name: string;
  summary: string;
  description: string;
  token: TokenName;
  /** What comes of it, as a person is told. */
  done: string;
  kinds: readonly string[];
  example: string;
}

const ALL_BUT_RUNS = KINDS.map(({ kind }) => kind).filter((kind) => kind !== 'SyncRun');

const LIST: readonly Request[] = [
  {
    name: 'reconcile',
    summary: 'Ask the controller to look at objects again now',
    description: 'The object is read in full from Sync, and what was refused or given up on is tried again.',
    token: 'reconcile-requested-at',
    done: 'asked to be looked at again',
    kinds: ALL_BUT_RUNS,
    example: 'job/crm-nightly',
  },
  {
    name: 'reset-credentials',
    summary: 'Have Sync forget the sign-in (OAuth) of a connection',
    description: 'The connection has to be signed in again in Sync before it can be used.',
    token: 'reset-credentials-requested-at',
    done: 'asked to forget its sign-in',
    kinds: ['SyncConnection'],
    example: 'connection/crm',
  },
  {
    name: 'reset-metadata',
    summary: 'Have Sync read the tables and columns of a connection anew',
    description: 'For when tables or columns were added to the source and Sync does not show them yet.',
    token: 'reset-metadata-requested-at',
    done: 'asked to read its metadata anew',
    kinds: ['SyncConnection'],
    example: 'connection/crm',
  },
];

/** One command for each annotation that asks for something once. */
export const REQUESTS: readonly Command[] = LIST.map(toCommand);

function toCommand({ name, summary, description, token, done, kinds, example }: Request): Command {
  const plurals = KINDS.filter(({ kind }) => kinds.includes(kind)).map(({ plural }) => plural);
  const nouns = plurals.length > 1 ? 'the kinds named' : plurals[0]!;
  return {
    name,
    summary,
    args: 'TYPE/NAME…',
    description,
    flags: {},
    examples: [{ text: `${summary.toLowerCase()}`, line: `kubectl sync ${name} ${example}` }],
    needs: [`get, patch ${nouns}`],
    completes: kinds.length === 1 ? 'connection' : 'object',
    async run({ cluster, clock, terminal }, { args }) {
      const targets = targetsOf(args, kinds);
      const open = await cluster();
      for (const target of targets) {
        const resource = await read(open, target);
        if (resource.status?.tokens === undefined) {
          // The first pass over an object acts on no request, so that a restored copy repeats none.
          throw new CliError(
            `${target.definition.kind} ${target.name} has not been looked at by the controller yet: is it running? A request would be ignored`,
          );
        }
        await request(open, target.definition, resource, token, new Date(clock.now()).toISOString());
        terminal.out(`${shortest(target.definition.kind)}/${target.name} ${done}\n`);
      }
      return 0;
    },
  };
}
