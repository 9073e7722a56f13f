import type { Clock } from '../../src/ports/clock.ts';
import type { LogFields, Logger } from '../../src/ports/logger.ts';

export interface LogLine {
  at: number;
  level: 'debug' | 'info' | 'warn' | 'error';
  message: string;
  fields: LogFields;
}

/**
 * A logger that keeps every line, with the fields of its parents, in `lines`. It throws at a field that its line has already: the real
 * one would write it twice.
 */
export function createRecordingLogger(clock: Clock, lines: LogLine[], common: LogFields = {}): Logger {
  const at = (level: LogLine['level']) => (fields: LogFields, message: string) => {
    const twice = Object.keys(fields).filter((key) => key in common);
    if (twice.length > 0) throw new Error(`"${message}" has the fields of its logger once more: ${twice.join(', ')}`);
    lines.push({ at: clock.now(), level, message, fields: { ...common, ...fields } });
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => createRecordingLogger(clock, lines, { ...common, ...fields }),
  };
}

/** A line as text; errors with their stack, so that nothing in them goes unseen. */
export function showLine({ at, level, message, fields }: LogLine): string {
  const shown = JSON.stringify(fields, (_key, value: unknown) => {
    if (value instanceof Error) return { stack: value.stack, cause: value.cause, ...value };
    return typeof value === 'bigint' ? String(value) : value;
  });
  return `${new Date(at).toISOString()} ${level} ${message} ${shown}`;
}
