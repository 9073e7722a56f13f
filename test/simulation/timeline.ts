import { createHash } from 'node:crypto';
import type { LogFields, Logger } from '../../src/ports/logger.ts';

/** Who did something: a controller's process (`A1` is the first life of A), one of the servers, or somebody outside. */
export type Party = string;

export interface Entry {
  /** Milliseconds of the clock. */
  at: number;
  who: Party;
  what: string;
  /** Of a line of a log. */
  level?: 'debug' | 'info' | 'warn' | 'error';
  fields?: LogFields;
}

/** Everything that happened in a seed, in order: what the same seed must give twice, and what a person reads to understand a failure. */
export interface Timeline {
  readonly entries: readonly Entry[];
  note(who: Party, what: string): void;
  /** The log of a process. */
  logger(who: Party): Logger;
  /** Of all entries. */
  digest(): string;
  /** One line an entry, with the time since the start; of logs what is more than debugging. */
  show(): string;
}

export function createTimeline(now: () => number): Timeline {
  const entries: Entry[] = [];
  const start = now();
  const logger = (who: Party, common: LogFields): Logger => {
    const at = (level: NonNullable<Entry['level']>) => (fields: LogFields, what: string) => {
      entries.push({ at: now(), who, what, level, fields: { ...common, ...fields } });
    };
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      child: (fields) => logger(who, { ...common, ...fields }),
    };
  };
  return {
    entries,
    note: (who, what) => void entries.push({ at: now(), who, what }),
    logger: (who) => logger(who, {}),
    digest() {
      const hash = createHash('sha256');
      for (const entry of entries) hash.update(`${entry.at} ${textOf(entry)}\n`);
      return hash.digest('hex');
    },
    show: () =>
      entries
        .filter(({ level }) => level !== 'debug')
        .map((entry) => `${sinceStart(entry.at - start)}  ${textOf(entry)}`)
        .join('\n'),
  };
}

/** All that an entry says, but for its time. */
export function textOf({ who, what, level, fields }: Entry): string {
  const text = `${who.padEnd(8)} ${what}`;
  return level === undefined ? text : `${text} ${showFields(fields!)}`;
}

/** Errors with their message, so that nothing in them goes unseen. */
function showFields(fields: LogFields): string {
  return JSON.stringify(fields, (_key, value: unknown) => {
    if (value instanceof Error) return { error: String(value), ...value };
    return typeof value === 'bigint' ? String(value) : value;
  });
}

/** `00:12:03.456` */
export function sinceStart(ms: number): string {
  const days = Math.floor(ms / 86_400_000);
  return `${days > 0 ? `${days}d ` : ''}${new Date(ms).toISOString().slice(11, 23)}`;
}
