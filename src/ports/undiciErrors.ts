import { TransportError, type TransportFailure } from './transport.ts';

/** What undici or Node report when a connection could not be set up: nothing of the request was sent. */
export function explainConnectError(error: unknown, peer: 'server' | 'proxy'): TransportError {
  if (error instanceof TransportError) return error;
  const failure = peer === 'proxy' ? 'proxy' : connectFailure(error);
  return new TransportError(failure, false, message(error), error);
}

/** What undici or Node report once a request was handed over. `started`: undici had begun to write it. */
export function explainExchangeError(error: unknown, started: boolean, signal?: AbortSignal): TransportError {
  if (error instanceof TransportError) return error;
  if (signal?.aborted) return new TransportError('aborted', started, 'the request was cut off', error);
  const { failure, sent } = exchangeFailure(error, started);
  return new TransportError(failure, sent, message(error), error);
}

function connectFailure(error: unknown): TransportFailure {
  const code = codeOf(error);
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') return 'connectTimeout';
  if (code === 'ENOTFOUND' || code.startsWith('EAI_') || code === 'EDNS') return 'dns';
  if (isTls(code)) return 'tls';
  // The tunnel: the proxy said no, broke off, or did not answer in time.
  if (code.startsWith('UND_ERR_PRX') || code.startsWith('UND_ERR_SOCKS') || code === 'UND_ERR_HEADERS_TIMEOUT') {
    return 'proxy';
  }
  if (/proxy/i.test(message(error))) return 'proxy';
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'reset';
  // No route, network down, host unreachable: nobody answers, as when refused.
  if (code.startsWith('E')) return 'refused';
  return 'protocol';
}

function exchangeFailure(error: unknown, started: boolean): { failure: TransportFailure; sent: boolean } {
  const code = codeOf(error);
  // TLS 1.3 refuses a client certificate only after the client's side of the handshake; no request is read then.
  if (isTls(code) && /ALERT_.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE)/.test(code)) {
    return { failure: 'tls', sent: false };
  }
  if (code === 'UND_ERR_ABORTED' || code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') {
    return { failure: 'aborted', sent: started };
  }
  if (/Proxy Authentication Required/.test(message(error))) return { failure: 'proxy', sent: false };
  if (code === 'UND_ERR_SOCKET' || code === 'UND_ERR_INFO') return { failure: 'reset', sent: started };
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED' || code === 'ETIMEDOUT') {
    return { failure: 'reset', sent: started };
  }
  return { failure: 'protocol', sent: started };
}

const TLS_CODES: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_REJECTED',
  'CERT_UNTRUSTED',
  'CERT_CHAIN_TOO_LONG',
  'CERT_SIGNATURE_FAILURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'HOSTNAME_MISMATCH',
  'EPROTO',
]);

function isTls(code: string): boolean {
  return (
    TLS_CODES.has(code) || code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code.startsWith('ERR_OSSL_')
  );
}

/** The code of an error, or of the first of several (Node tries IPv6 and IPv4). */
function codeOf(error: unknown): string {
  const { code, errors } = (error ?? {}) as { code?: unknown; errors?: unknown[] };
  if (typeof code === 'string' && code !== '') return code;
  return Array.isArray(errors) && errors.length > 0 ? codeOf(errors[0]) : '';
}

function message(error: unknown): string {
  const { message: text, errors } = (error ?? {}) as { message?: string; errors?: unknown[] };
  if (text) return text;
  return Array.isArray(errors) && errors.length > 0 ? message(errors[0]) : String(error);
}
