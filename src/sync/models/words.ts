import type { Json } from '../../ports/json.ts';
import { foldKey } from '../keys.ts';
import type { Vocabulary, Wire } from './wire.ts';

/** Other words for ours: v1's numbers (sync-api-v2.md sections 3.3 and 5.2) and the product's names for the kinds of a step. */
const ALIASES: Readonly<Partial<Record<Vocabulary, Readonly<Record<string, string>>>>> = {
  jobType: {
    '1': 'Standard',
    '2': 'SyncAll',
    '3': 'LoadFolder',
    '7': 'ChangeDataCapture',
    '10': 'ReverseETL',
    replicateall: 'SyncAll',
  },
  verbosity: { '1': 'Error', '2': 'Info', '3': 'Transfer', '4': 'Verbose' },
  stepType: {
    job: 'job',
    replication: 'job',
    replicationjob: 'job',
    replicate: 'job',
    syncjob: 'job',
    reverseetl: 'job',
    transformation: 'transformation',
    transform: 'transformation',
    event: 'event',
    script: 'event',
    apiscript: 'event',
    pythonscript: 'event',
  },
};

/** Our word for a server's, which may be a number; a word that nobody knows stays as it is. */
export function decodeWord(wire: Wire, vocabulary: Vocabulary, theirs: string | number): string {
  const raw = String(theirs);
  const folded = foldKey(raw);
  const corrected = wire.values.find((value) => value.vocabulary === vocabulary && foldKey(value.theirs) === folded);
  const ours = corrected?.ours ?? ALIASES[vocabulary]?.[folded] ?? raw;
  const key = `${vocabulary} ${ours}`;
  if (foldKey(ours) !== folded && !wire.words.has(key)) wire.words.set(key, theirs);
  return ours;
}

/**
 * The server's word for ours: by correction, else as it is spelled in `base`, else in the server's own notation where that is
 * needed (numbers, kinds of steps), else ours.
 */
export function encodeWord(wire: Wire, vocabulary: Vocabulary, ours: string, base: Json | undefined): Json {
  const folded = foldKey(ours);
  const corrected = wire.values.find((value) => value.vocabulary === vocabulary && foldKey(value.ours) === folded);
  if (corrected) return corrected.theirs;
  const shown = typeof base === 'string' || typeof base === 'number' ? base : undefined;
  if (shown !== undefined && foldKey(decodeWord(wire, vocabulary, shown)) === folded) return shown;
  const learned = wire.words.get(`${vocabulary} ${ours}`);
  if (learned !== undefined) return learned;
  if (shown === undefined || !/^\d+$/.test(String(shown))) return ours;
  const number = Object.entries(ALIASES[vocabulary] ?? {}).find(
    ([theirs, word]) => /^\d+$/.test(theirs) && foldKey(word) === folded,
  )?.[0];
  return number === undefined ? ours : typeof shown === 'number' ? Number(number) : number;
}
