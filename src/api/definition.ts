import type { z } from 'zod';
import { API_VERSION, type ObjectMeta, type Resource } from './common.ts';
import type { Field } from './fields.ts';

/** Everything about one kind that the CRD, the documentation, the controller and the command line are made from. */
export interface Definition<Spec = unknown, Status = unknown> {
  kind: string;
  plural: string;
  shortNames: readonly string[];
  /** One or two sentences for `kubectl explain`. */
  description: string;
  spec: z.ZodType<Spec>;
  status: z.ZodType<Status>;
  columns: readonly Column[];
  /** JSON paths that `kubectl get --field-selector` takes. */
  selectableFields: readonly string[];
  /** Every field that a user may write. */
  fields: readonly Field[];
  /** A controller for it exists, so its CRD is installed. */
  installed: boolean;
}

/** A column of `kubectl get`; priority 1 shows with `-o wide` only. */
export interface Column {
  name: string;
  type: 'string' | 'integer' | 'boolean' | 'date';
  jsonPath: string;
  description: string;
  priority?: number;
}

export interface Problem {
  /** Path in the object, as `spec.tasks[3].table`. */
  path: string;
  message: string;
}

export type Parsed<T> = { ok: true; value: T } | { ok: false; problems: Problem[] };

/**
 * Reads an object as a resource of that kind: the spec is checked and its local defaults filled in, unknown fields are
 * dropped; metadata and status are taken as the API server keeps them. Never throws.
 */
export function parseResource<Spec, Status>(
  definition: Definition<Spec, Status>,
  object: unknown,
): Parsed<Resource<Spec, Status>> {
  const problems: Problem[] = [];
  const { apiVersion, kind, metadata, spec, status } = isObject(object) ? object : {};
  if (apiVersion !== API_VERSION) problems.push({ path: 'apiVersion', message: `must be ${API_VERSION}` });
  if (kind !== definition.kind) problems.push({ path: 'kind', message: `must be ${definition.kind}` });
  if (!isObject(metadata) || typeof metadata.name !== 'string') {
    problems.push({ path: 'metadata.name', message: 'must be given' });
  }
  const parsed = definition.spec.safeParse(spec);
  for (const issue of parsed.error?.issues ?? []) {
    problems.push({ path: pathText(issue.path), message: issue.message });
  }
  if (problems.length > 0 || !parsed.success) return { ok: false, problems };
  const value: Resource<Spec, Status> = {
    apiVersion: API_VERSION,
    kind: definition.kind,
    metadata: metadata as unknown as ObjectMeta,
    spec: parsed.data,
  };
  if (status !== undefined) value.status = status as Status;
  return { ok: true, value };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function pathText(path: readonly PropertyKey[]): string {
  let text = 'spec';
  for (const part of path) text += typeof part === 'number' ? `[${part}]` : `.${String(part)}`;
  return text;
}
