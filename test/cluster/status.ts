import { type FieldError, type Loose, qualified, type ResourceType } from './types.ts';

/** An answer other than success: becomes a v1 Status with this HTTP code. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: number;
  readonly reason: string;
  readonly details: Loose;
  readonly headers: Record<string, string>;
  constructor(code: number, reason: string, message: string, details?: Loose, headers: Record<string, string> = {}) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
    this.headers = headers;
  }
}

/** The v1 Status object of an error. */
export function statusOf(error: StatusError): Loose {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: error.message,
    ...(error.reason ? { reason: error.reason } : {}),
    ...(error.details ? { details: error.details } : {}),
    code: error.code,
  };
}

type Named = Pick<ResourceType, 'plural' | 'group' | 'kind'>;
const about = (type: Named, name: string) => ({
  name,
  ...(type.group ? { group: type.group } : {}),
  kind: type.plural,
});

export const badRequest = (message: string) => new StatusError(400, 'BadRequest', message);

export const notFound = (type: Named, name: string) =>
  new StatusError(404, 'NotFound', `${qualified(type)} "${name}" not found`, about(type, name));

/** What the server says to a path that names no resource. */
export const noSuchPath = () =>
  new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});

export const alreadyExists = (type: Named, name: string) =>
  new StatusError(409, 'AlreadyExists', `${qualified(type)} "${name}" already exists`, about(type, name));

export const conflict = (type: Named, name: string, why: string) =>
  new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(type)} "${name}": ${why}`,
    about(type, name),
  );

export const modified = (type: Named, name: string) =>
  conflict(type, name, 'the object has been modified; please apply your changes to the latest version and try again');

export const forbidden = (type: Named, name: string, why: string, causes?: Loose[]) =>
  new StatusError(403, 'Forbidden', `${qualified(type)} "${name}" is forbidden: ${why}`, {
    ...about(type, name),
    ...(causes ? { causes } : {}),
  });

export const methodNotAllowed = () =>
  new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

export const unsupportedMedia = (accepted: string[]) =>
  new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );

/** `too old resource version`: a watch or a list asked for what is compacted. */
export const expired = (message: string) => new StatusError(410, 'Expired', message);

/** A 422 with one cause per field, worded as the API server does. */
export function invalid(type: Named, name: string, errors: FieldError[]): StatusError {
  const texts = errors.map((error) => `${error.field}: ${error.message}`);
  const kind = type.group ? `${type.kind}.${type.group}` : type.kind;
  return new StatusError(
    422,
    'Invalid',
    `${kind} "${name}" is invalid: ${texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`}`,
    { ...about(type, name), kind: type.kind, causes: errors },
  );
}

/** Field errors as k8s.io/apimachinery's field package words them. */
export const fieldError = {
  required: (field: string, detail = ''): FieldError => ({
    reason: 'FieldValueRequired',
    message: detail ? `Required value: ${detail}` : 'Required value',
    field,
  }),
  invalid: (field: string, value: Loose, detail: string): FieldError => ({
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${quote(value)}: ${detail}`,
    field,
  }),
  typeInvalid: (field: string, actual: string, detail: string): FieldError => ({
    reason: 'FieldValueTypeInvalid',
    message: `Invalid value: ${JSON.stringify(actual)}: ${detail}`,
    field,
  }),
  notSupported: (field: string, value: Loose, supported: Loose[]): FieldError => ({
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${quote(value)}: supported values: ${supported.map((one) => JSON.stringify(String(one))).join(', ')}`,
    field,
  }),
  tooLong: (field: string, limit: number): FieldError => ({
    reason: 'FieldValueTooLong',
    message: `Too long: may not be more than ${limit} bytes`,
    field,
  }),
  tooMany: (field: string, actual: number, limit: number): FieldError => ({
    reason: 'FieldValueTooMany',
    message: `Too many: ${actual}: must have at most ${limit} items`,
    field,
  }),
  duplicate: (field: string, value: Loose): FieldError => ({
    reason: 'FieldValueDuplicate',
    message: `Duplicate value: ${quote(value)}`,
    field,
  }),
  forbidden: (field: string, detail: string): FieldError => ({
    reason: 'FieldValueForbidden',
    message: `Forbidden: ${detail}`,
    field,
  }),
};

function quote(value: Loose): string {
  return JSON.stringify(value) ?? 'null';
}
