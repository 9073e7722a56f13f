import { cleanMeta, metaSchema } from './meta.ts';
import { applyDefaults } from './schema/defaults.ts';
import { prune } from './schema/prune.ts';
import { validate } from './schema/validate.ts';
import { badRequest, fieldError, invalid, type StatusError } from './status.ts';
import {
  apiVersionOf,
  type FieldError,
  type KubeObject,
  type Loose,
  type ResourceType,
  type Version,
} from './types.ts';

/** What a request is about. */
export interface Target {
  type: ResourceType;
  version: Version;
  namespace?: string;
  name?: string;
  subresource?: string;
}

export interface WriteOptions {
  dryRun?: boolean;
  /** `Strict`, `Warn` or `Ignore`: what becomes of unknown fields. */
  fieldValidation?: string;
  /** Collects `Warning` headers. */
  warnings?: string[];
  /** The body is a patched object: unknown fields are then a 422 rather than a 400. */
  patched?: boolean;
}

/** A request body as an object of the requested version: known fields only, defaults filled in, metadata clean. */
export function decode(target: Target, body: Loose, options: WriteOptions): KubeObject {
  const { type, version } = target;
  const apiVersion = apiVersionOf(type.group, version.name);
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw badRequest(`couldn't get version/kind; json parse error: cannot unmarshal the body into a ${type.kind}`);
  }
  if (!body.kind) {
    const text = JSON.stringify(body).slice(0, 200);
    const must = `the object provided is unrecognized (must be of type ${type.kind})`;
    throw badRequest(`${must}: Object 'Kind' is missing in '${text}'`);
  }
  if (body.apiVersion !== apiVersion) {
    throw badRequest(
      `the API version in the data (${body.apiVersion}) does not match the expected API version (${apiVersion})`,
    );
  }
  if (body.kind !== type.kind) throw otherKind(type, body);
  const { apiVersion: _version, kind, metadata, ...rest } = body;
  const unknown: string[] = [];
  const meta = prune(metadata ?? {}, metaSchema, 'metadata', unknown);
  const content = version.schema ? prune(rest, version.schema, '', unknown) : rest;
  report(target, body, unknown, options);
  mustFit(type, version, validate(meta, metaSchema, 'metadata'));
  if (type.builtin && version.schema) mustFit(type, version, validate(content, version.schema));
  const filled = version.schema ? applyDefaults(content, version.schema) : content;
  return { apiVersion, kind, metadata: cleanMeta(meta), ...filled };
}

function otherKind(type: ResourceType, { kind, metadata }: Loose): StatusError {
  if (type.builtin) return badRequest(`the kind in the data (${kind}) does not match the expected kind (${type.kind})`);
  const error = fieldError.invalid('kind', kind, `must be ${type.kind}`);
  return invalid({ ...type, kind }, metadata?.name ?? '', [error]);
}

function report({ type, version }: Target, body: Loose, unknown: string[], options: WriteOptions): void {
  if (unknown.length === 0) return;
  const texts = unknown.map((path) => `unknown field ${JSON.stringify(path)}`);
  const mode = options.fieldValidation || 'Warn';
  if (mode === 'Warn') options.warnings?.push(...texts);
  if (mode !== 'Strict') return;
  const error = `strict decoding error: ${texts.join(', ')}`;
  if (options.patched) {
    const message = `Invalid value: ${JSON.stringify(JSON.stringify(body).slice(0, 1000))}: ${error}`;
    throw invalid(type, body.metadata?.name ?? '', [{ reason: 'FieldValueInvalid', message, field: 'patch' }]);
  }
  throw badRequest(`${type.kind} in version "${version.name}" cannot be handled as a ${type.kind}: ${error}`);
}

/** What Go's JSON decoder refuses is a 400, not a 422. */
function mustFit(type: ResourceType, version: Version, errors: FieldError[]): void {
  const wrong = errors.find(
    (error) => error.reason === 'FieldValueTypeInvalid' || error.message.includes('in body must be of type'),
  );
  if (!wrong) return;
  throw badRequest(
    `${type.kind} in version "${version.name}" cannot be handled as a ${type.kind}: json: cannot unmarshal into Go struct field ${type.kind}.${wrong.field}`,
  );
}
