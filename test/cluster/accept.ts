import { StatusError } from './status.ts';

/** How a client wants objects: as they are, as rows, or metadata only. */
export type Form = 'object' | 'table' | 'metadata';

/** The first form of an Accept header that the twin has. @throws StatusError 406 */
export function wantedForm(accept: string | undefined): Form {
  const offers = (accept || 'application/json').split(',').map((part) => part.trim().toLowerCase());
  for (const offer of offers) {
    const [media, ...parameters] = offer.split(';').map((part) => part.trim());
    if (media !== 'application/json' && media !== '*/*' && media !== 'application/*') continue;
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3);
    const version = parameters.find((parameter) => parameter.startsWith('v='))?.slice(2) ?? 'v1';
    if (as === undefined) return 'object';
    if (version !== 'v1') continue;
    if (as === 'table') return 'table';
    if (as === 'partialobjectmetadata' || as === 'partialobjectmetadatalist') return 'metadata';
  }
  const message =
    'only the following media types are accepted: application/json, application/json;stream=watch (the twin has no protobuf)';
  throw new StatusError(406, 'NotAcceptable', message);
}
