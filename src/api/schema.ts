import { z } from 'zod';
import type { Json } from '../ports/json.ts';

/**
 * Building blocks of the custom resources' schemas. Every one takes a bound and a description, and emits only what a
 * structural schema of Kubernetes allows (RE2 patterns, no unions, no additionalProperties beside properties).
 */

/** A CEL rule of the custom resource definition and, where it needs no old value, the same rule for our own parser. */
export interface Rule<T> {
  /** CEL over `self` (and `oldSelf`: then the API server alone can check it). */
  rule: string;
  /** What is wrong and what to do about it. */
  message: string;
  holds?: (value: T) => boolean;
  /** The field below this value that the message is about, as `cron` or `namespaces.names`. */
  path?: string;
}

/** Adds CEL rules, checked by the API server, and their counterparts, checked by `parse`. */
export function ruled<S extends z.ZodType>(schema: S, rules: readonly Rule<z.output<S>>[]): S {
  let result: S = schema;
  for (const { holds, message, path } of rules) {
    if (holds) result = result.refine(holds, { message, path: path?.split('.') }) as S;
  }
  const validations = rules.map(({ rule, message, path }) => ({
    rule,
    message,
    ...(path ? { fieldPath: `.${path}` } : {}),
  }));
  return result.meta({ ...result.meta(), 'x-kubernetes-validations': validations }) as S;
}

/** A string of at most `max` characters. */
export function text(description: string, max = 256): z.ZodString {
  return z.string().max(max).meta({ description });
}

/** A string that must not be empty. */
export function name(description: string, max = 256): z.ZodString {
  return z.string().min(1).max(max).meta({ description });
}

/** A string that matches an RE2 expression; `message` says what it must look like. */
export function matching(pattern: RegExp, message: string, description: string, max = 256): z.ZodString {
  return ruled(z.string().max(max).meta({ description }), [
    {
      rule: `self.matches(${JSON.stringify(pattern.source.replaceAll('\\/', '/'))})`,
      message,
      holds: (value) => pattern.test(value),
    },
  ]);
}

/** A word of a server's vocabulary: any word, since new versions bring new ones; the known ones stand in the description. */
export function vocabulary(description: string, known: readonly string[]): z.ZodString {
  return z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z0-9]([A-Za-z0-9 ._-]*[A-Za-z0-9])?$/)
    .meta({ description: `${description} Known words: ${known.join(', ')}; others are passed on with a warning.` });
}

/** A point in time, RFC 3339. */
export function time(description: string): z.ZodString {
  return z.string().max(64).meta({ description, format: 'date-time' });
}

/** A whole number between two bounds. */
export function integer(description: string, min: number, max: number): z.ZodNumber {
  return z.number().int().min(min).max(max).meta({ description });
}

/** A number of rows and the like, from 0 to 2^53 - 1. */
export function count(description: string): z.ZodNumber {
  return integer(description, 0, Number.MAX_SAFE_INTEGER);
}

/** true or false. */
export function flag(description: string): z.ZodBoolean {
  return z.boolean().meta({ description });
}

/** One of our own words; never for a vocabulary of the server. */
export function choice<const T extends readonly [string, ...string[]]>(words: T, description: string) {
  return z.enum(words).meta({ description });
}

/** A list that is replaced as a whole (`atomic`), or merged by value (`set`) or by one key field. */
export function list<S extends z.ZodType>(item: S, max: number, description: string, kind: ListKind = 'atomic') {
  const keyed = kind !== 'atomic' && kind !== 'set';
  const type = keyed ? { 'x-kubernetes-list-map-keys': [kind.key] } : {};
  const schema = z
    .array(item)
    .max(max)
    .meta({ description, 'x-kubernetes-list-type': keyed ? 'map' : kind, ...type });
  if (kind === 'atomic') return schema;
  const identity = (value: unknown) => JSON.stringify(keyed ? (value as Record<string, unknown>)[kind.key] : value);
  return schema.refine((items) => new Set(items.map(identity)).size === items.length, {
    message: keyed ? `each ${kind.key} may be there once` : 'each value may be there once',
  });
}

export type ListKind = 'atomic' | 'set' | { key: string };

/** A map with free keys. */
export function map<S extends z.ZodType>(value: S, max: number, description: string) {
  return z
    .record(z.string(), value)
    .refine((entries) => Object.keys(entries).length <= max, { message: `at most ${max} entries` })
    .meta({ description, maxProperties: max });
}

/** Any JSON value. */
export function anyJson(description: string): z.ZodType<Json> {
  return z.unknown().meta({ description, 'x-kubernetes-preserve-unknown-fields': true }) as unknown as z.ZodType<Json>;
}
