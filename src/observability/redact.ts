/** The second line of defence: texts are scrubbed where they come in, and what still bears a telling name is cut off here. */
const TELLING = /(token|password|passwd|authorization|secret|apikey|cookie)$/;
const MOST_DEPTH = 8;

/** A copy of log fields without the values of telling keys; errors become plain objects with name, message and stack. */
export function redact(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return copy(fields, 0) as Record<string, unknown>;
}

function copy(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MOST_DEPTH) return '[deeper]';
  if (value instanceof Error)
    return { name: value.name, message: value.message, stack: value.stack, ...cause(value, depth) };
  if (value instanceof Date) return value.toJSON();
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  if (Array.isArray(value)) return value.map((item) => copy(item, depth + 1));
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, isTelling(String(key)) ? '[redacted]' : copy(item, depth + 1)]),
  );
}

const cause = (error: Error, depth: number) =>
  error.cause === undefined ? {} : { cause: copy(error.cause, depth + 1) };

const isTelling = (key: string) => TELLING.test(key.toLowerCase().replace(/[-_. ]/g, ''));
