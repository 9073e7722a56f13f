import type { Json } from '../ports/json.ts';
import { canonicalJson } from './digest.ts';

const SENSITIVE =
  /pass(word|phrase)?|pwd|secret|token|credential|private.?key|api.?key|access.?key|auth.?key|^key$|connection.?string/i;

/** True for a path whose last name suggests that its value is a secret. */
export function isSensitivePath(path: string): boolean {
  return SENSITIVE.test(path.slice(path.lastIndexOf('.') + 1));
}

/** A value as plans, conditions and events show it: short, on one line, never a secret. Undefined for an unknown value. */
export function showValue(path: string, value: Json | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (isSensitivePath(path)) return '(secret)';
  const text = typeof value === 'string' ? value : (showReference(value) ?? canonicalJson(value));
  const line = text.replace(/[\u0000-\u001f\u007f]+/g, ' ');
  return line.length > 120 ? `${line.slice(0, 117)}...` : line;
}

/** A reference as people know it: by its name, where it has one, and by its id. */
function showReference(value: Json): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { id, name, ...rest } = value;
  if (typeof id !== 'string' || typeof name !== 'string' || Object.keys(rest).length > 0) return undefined;
  return `${name} (${id})`;
}
