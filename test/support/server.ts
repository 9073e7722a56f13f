/** A server as a function: what the simulator and the twin are, whether reached in process or over a socket. */
export type Handler = (request: ServerRequest) => Promise<ServerResponse>;

export interface ServerRequest {
  method: string;
  /** Path and query, as received. */
  path: string;
  /** Lower-case names. */
  headers: Record<string, string>;
  body: string;
  /** Aborts when the client has gone. */
  signal: AbortSignal;
}

export interface ServerResponse {
  status: number;
  headers?: Record<string, string>;
  /** A stream is flushed piece by piece: watches, truncated and endless bodies. */
  body?: string | AsyncIterable<Uint8Array>;
}

/** Thrown by a handler to cut the connection instead of answering; `before` decides what the client can know. */
export class CutConnection extends Error {}
