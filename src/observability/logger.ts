import { destination, pino, stdTimeFunctions } from 'pino';
import type { LogFields, Logger } from '../ports/logger.ts';
import { pretty } from './pretty.ts';
import { redact } from './redact.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LoggerOptions {
  level: LogLevel;
  format: 'json' | 'pretty';
  /** Takes whole lines; standard output if absent. Written to in this process, so that no line is lost at its end. */
  write?: (line: string) => void;
}

/** One line an entry: JSON with `time` (ISO 8601, UTC), `level`, `msg` and the fields; or the same for people. */
export function createLogger({ level, format, write = toStdout() }: LoggerOptions): Logger {
  const lines = { write: format === 'pretty' ? (line: string) => write(pretty(line)) : write };
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return wrap(pino(options, lines));
}

type Pino = ReturnType<typeof pino>;

/** A child is made when something is logged with it: there is one for each pass, and most passes say nothing. */
function wrap(root: Pino, own: () => Pino = () => root): Logger {
  const at = (level: LogLevel) => (fields: LogFields, message: string) => {
    if (root.isLevelEnabled(level)) own()[level](redact(fields), message);
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child(fields) {
      let made: Pino | undefined;
      return wrap(root, () => (made ??= own().child(redact(fields))));
    },
  };
}

function toStdout(): (line: string) => void {
  const stdout = destination({ dest: 1, sync: true });
  return (line) => stdout.write(line);
}
