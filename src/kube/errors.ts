import type { TransportFailure } from '../ports/transport.ts';

/** A call to the Kubernetes API that did not succeed. The message names verb, resource and object; it never holds headers or bodies. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  /** The HTTP status (for an error within a watch, its code); 0 when there was no usable reply. */
  readonly status: number;
  /** `NotFound`, `Conflict`, `Expired` … as the server says it; ours: `Unreachable`, `Timeout`, `IdleTimeout`, `Malformed`. */
  readonly reason: string;
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  readonly details: StatusDetails | undefined;
  /** What went wrong below HTTP, when that did. */
  readonly failure: TransportFailure | 'timeout' | undefined;
  /** False only when the server cannot have seen the request. */
  readonly sent: boolean;

  constructor(message: string, fields: KubeErrorFields) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.status = fields.status;
    this.reason = fields.reason;
    this.retryAfterMs = fields.retryAfterMs;
    this.details = fields.details;
    this.failure = fields.failure;
    this.sent = fields.sent ?? true;
  }
}

export interface KubeErrorFields {
  status: number;
  reason: string;
  retryAfterMs?: number | undefined;
  details?: StatusDetails | undefined;
  failure?: TransportFailure | 'timeout' | undefined;
  sent?: boolean;
  cause?: unknown;
}

/** `details` of a Status object (Kubernetes API conventions). */
export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  retryAfterSeconds?: number;
  causes?: { reason?: string; message?: string; field?: string }[];
}

export const isNotFound = (error: unknown): error is KubeError => error instanceof KubeError && error.status === 404;
/** The object was changed, or replaced by another of the same name, since it was read. */
export const isConflict = (error: unknown): error is KubeError =>
  error instanceof KubeError && ((error.status === 409 && error.reason !== 'AlreadyExists') || isOtherUid(error));
/** A patch that names the uid of an object that is gone wants to change the uid of its successor: 422, not 409. */
const isOtherUid = ({ status, details }: KubeError) =>
  status === 422 && (details?.causes ?? []).some(({ field }) => field === 'metadata.uid');
export const isAlreadyExists = (error: unknown): error is KubeError =>
  error instanceof KubeError && error.reason === 'AlreadyExists';
export const isForbidden = (error: unknown): error is KubeError => error instanceof KubeError && error.status === 403;
/** The resourceVersion or continue token is too old: list again. */
export const isExpired = (error: unknown): error is KubeError =>
  error instanceof KubeError && (error.status === 410 || error.reason === 'Expired' || error.reason === 'Gone');

/** The server does not know the resourceVersion yet, as after etcd was restored from a backup: list again. */
export const isTooLarge = (error: unknown): error is KubeError =>
  error instanceof KubeError &&
  (error.details?.causes ?? []).some(({ reason }) => reason === 'ResourceVersionTooLarge');

interface Status {
  code?: number;
  reason?: string;
  message?: string;
  details?: StatusDetails;
}

const REASONS: Record<number, string> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Expired',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** The error that a reply's status and body say. `what`: verb, resource and object. The body may be a Status object or anything else. */
export function errorFromReply(what: string, httpStatus: number, body: string, retryAfter?: string): KubeError {
  return errorFromStatus(what, parseStatus(body), httpStatus, retryAfter);
}

/** The error of a Status object, from a reply or within a watch. */
export function errorFromStatus(what: string, body: unknown, httpStatus?: number, retryAfter?: string): KubeError {
  const given = (body ?? {}) as Status;
  const status = httpStatus ?? given.code ?? 0;
  const reason = given.reason || REASONS[status] || 'Unknown';
  const seconds = secondsOf(retryAfter) ?? given.details?.retryAfterSeconds;
  return new KubeError(`${what}: ${status} ${reason}${given.message ? `: ${clean(given.message)}` : ''}`, {
    status,
    reason,
    retryAfterMs: seconds === undefined ? undefined : seconds * 1000,
    details: given.details,
  });
}

function parseStatus(body: string): unknown {
  try {
    const parsed: unknown = JSON.parse(body);
    if (parsed !== null && typeof parsed === 'object' && (parsed as { kind?: string }).kind === 'Status') return parsed;
  } catch {
    // A proxy's page or plain text: its first words help more than nothing.
  }
  return { message: body.slice(0, 200) };
}

function secondsOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d+$/.test(header.trim()) ? Number(header) : undefined;
}

const clean = (text: string) => text.replace(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, 1024);
