/** The network, passed in. One request in, status, headers and a stream of bytes out; nothing is interpreted here. */
export interface Transport {
  /** A pool of connections to one endpoint. Opens nothing until the first request. */
  connect(endpoint: Endpoint): Connection;
}

export interface Endpoint {
  /** `scheme://host:port`, as `new URL(url).origin` gives it. */
  origin: string;
  tls?: TlsOptions;
  /** An HTTP proxy to go through. */
  proxyUrl?: string;
  /** At most this many sockets. */
  connections?: number;
  /** Milliseconds for TCP and TLS to be set up. */
  connectTimeoutMs?: number;
}

export interface TlsOptions {
  /** PEM texts. */
  ca?: string;
  cert?: string;
  key?: string;
  serverName?: string;
  insecureSkipVerify?: boolean;
}

export interface Connection {
  /** Rejects with TransportError only. The caller drains or destroys the body. Deadlines are the caller's, by `signal`. */
  request(request: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

export interface HttpRequest {
  method: string;
  /** Path and query, as sent. */
  path: string;
  headers: Record<string, string>;
  body?: string;
  /** Aborting cuts the request off; a response body in flight then fails with TransportError `aborted`. */
  signal?: AbortSignal;
}

export interface HttpResponse {
  status: number;
  /** Lower-case names; repeated headers joined by `, `. */
  headers: Record<string, string>;
  body: AsyncIterable<Uint8Array>;
}

/** `refused`, `dns`, `tls`, `connectTimeout`, `proxy`: before sending. `reset`, `aborted`, `protocol`: at any time. */
export type TransportFailure =
  | 'refused'
  | 'dns'
  | 'tls'
  | 'connectTimeout'
  | 'proxy'
  | 'reset'
  | 'aborted'
  | 'protocol';

/** What went wrong below HTTP. `sent` is false only when the server cannot have seen the request. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly failure: TransportFailure;
  readonly sent: boolean;
  constructor(failure: TransportFailure, sent: boolean, message: string, cause?: unknown) {
    super(message, { cause });
    this.failure = failure;
    this.sent = sent;
  }
}
