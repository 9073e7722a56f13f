/** A JSON log line as people read it: time of day (UTC), level, message, fields; a stack below. Other text stays as it is. */
export function pretty(line: string): string {
  const record = parse(line);
  if (!record) return line;
  const { time, level, msg, ...fields } = record;
  const stacks: string[] = [];
  const words = Object.entries(fields).map(([key, value]) => `${key}=${show(value, stacks)}`);
  const clock = String(time).slice(11, 23);
  return [`${[clock, String(level).toUpperCase().padEnd(5), msg, ...words].join(' ')}\n`, ...stacks].join('');
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function show(value: unknown, stacks: string[]): string {
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  if (isError(value)) {
    stacks.push(`${value.stack.replace(/^/gm, '    ')}\n`);
    return JSON.stringify(value.message);
  }
  return JSON.stringify(value);
}

const isError = (value: unknown): value is { message: string; stack: string } =>
  typeof value === 'object' &&
  value !== null &&
  'stack' in value &&
  typeof value.stack === 'string' &&
  'message' in value;
