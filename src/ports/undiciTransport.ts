import { buildConnector, type Dispatcher, Pool, ProxyAgent } from 'undici';
import {
  type Connection,
  type Endpoint,
  type HttpRequest,
  type HttpResponse,
  type TlsOptions,
  type Transport,
  TransportError,
} from './transport.ts';
import { explainConnectError, explainExchangeError } from './undiciErrors.ts';

/** The machine's network: HTTP/1.1 on undici, keep-alive, no redirects, no retries, no deadlines of its own but the connect timeout. */
export function undiciTransport(): Transport {
  return { connect: openPool };
}

const CONNECT_TIMEOUT_MS = 5_000;
// Below the 30 s after which Jetty closes idle sockets: a socket closed under a request makes that request ambiguous.
const KEEP_ALIVE_MS = 10_000;

function openPool(endpoint: Endpoint): Connection {
  const dispatcher = endpoint.proxyUrl ? proxied(endpoint, endpoint.proxyUrl) : direct(endpoint);
  return {
    request: (request) => exchange(dispatcher, endpoint.origin, request),
    close: () => dispatcher.destroy(),
  };
}

const poolOptions = ({ connections }: Endpoint) => ({
  ...(connections === undefined ? {} : { connections }),
  allowH2: false,
  // Deadlines are the caller's: a watch may be quiet for minutes.
  headersTimeout: 0,
  bodyTimeout: 0,
  keepAliveTimeout: KEEP_ALIVE_MS,
});

function direct(endpoint: Endpoint): Dispatcher {
  const { origin, tls, connectTimeoutMs = CONNECT_TIMEOUT_MS } = endpoint;
  const connect = buildConnector({ ...nodeTls(tls), timeout: connectTimeoutMs, allowH2: false });
  return new Pool(origin, { ...poolOptions(endpoint), connect: explaining(connect, 'server', tls?.serverName) });
}

function proxied(endpoint: Endpoint, proxyUrl: string): Dispatcher {
  const { origin, tls, connectTimeoutMs = CONNECT_TIMEOUT_MS } = endpoint;
  const toServer = origin.startsWith('https:');
  return new ProxyAgent({
    uri: proxyUrl,
    connectTimeout: connectTimeoutMs,
    requestTls: nodeTls(tls),
    // The pool that carries CONNECT; its reply has to come within the connect timeout.
    clientFactory: (url, options) =>
      new Pool(url, {
        headersTimeout: connectTimeoutMs,
        allowH2: false,
        connect: explaining((options as ProxyOptions).connect, 'proxy'),
      }),
    factory: (url, options) =>
      new Pool(url, {
        ...poolOptions(endpoint),
        connect: explaining((options as ProxyOptions).connect, toServer ? 'server' : 'proxy'),
      }),
  });
}

type ProxyOptions = { connect: buildConnector.connector };

/** A connector whose errors say what failed, and that nothing was sent. undici hands them on unchanged. */
function explaining(
  connect: buildConnector.connector,
  peer: 'server' | 'proxy',
  serverName?: string,
): buildConnector.connector {
  return (options, callback) => {
    try {
      connect(serverName ? { ...options, servername: serverName } : options, (...result) => {
        if (result[0]) callback(explainConnectError(result[0], peer), null);
        else callback(null, result[1]!);
      });
    } catch (error) {
      // An unreadable certificate or key throws here.
      callback(explainConnectError(error, peer), null);
    }
  };
}

function nodeTls(tls: TlsOptions = {}) {
  const { ca, cert, key, serverName, insecureSkipVerify } = tls;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(insecureSkipVerify ? { rejectUnauthorized: false } : {}),
  };
}

async function exchange(dispatcher: Dispatcher, origin: string, request: HttpRequest): Promise<HttpResponse> {
  const { method, path, headers, body, signal } = request;
  if (signal?.aborted) throw new TransportError('aborted', false, 'aborted before it was sent');
  const progress = { started: false };
  const reply = watching(dispatcher, progress).request({
    origin,
    method: method as Dispatcher.HttpMethod,
    path,
    headers,
    ...(body === undefined ? {} : { body }),
    ...(signal ? { signal } : {}),
  });
  try {
    const response = await Promise.race([reply, cutOff(reply, progress, signal)]);
    return { status: response.statusCode, headers: flat(response.headers), body: readBody(response.body, signal) };
  } catch (error) {
    throw explainExchangeError(error, progress.started, signal);
  }
}

/** Notes when undici begins to write the request: until then the server cannot have seen it. */
function watching(dispatcher: Dispatcher, progress: { started: boolean }): Dispatcher {
  return dispatcher.compose((dispatch) => (options, handler) => {
    const start = handler.onRequestStart?.bind(handler);
    handler.onRequestStart = (controller, context) => {
      progress.started = true;
      start?.(controller, context);
    };
    return dispatch(options, handler);
  });
}

/** undici notices an abort only once a request has a socket; one that still waits for it has to end at once, too. */
function cutOff(
  reply: Promise<Dispatcher.ResponseData>,
  progress: { started: boolean },
  signal?: AbortSignal,
): Promise<never> {
  return new Promise((_, reject) => {
    if (!signal) return;
    const onAbort = () => reject(new TransportError('aborted', progress.started, 'the request was cut off'));
    signal.addEventListener('abort', onAbort, { once: true });
    const done = () => signal.removeEventListener('abort', onAbort);
    reply.then(done, done);
  });
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return result;
}

function readBody(body: Dispatcher.ResponseData['body'], signal?: AbortSignal): AsyncIterable<Uint8Array> {
  // An abort may destroy the body before anyone reads it; that must not be an unhandled error.
  body.on('error', () => {});
  return {
    [Symbol.asyncIterator]() {
      const pieces = body[Symbol.asyncIterator]();
      return {
        async next() {
          try {
            return await pieces.next();
          } catch (error) {
            throw explainExchangeError(error, true, signal);
          }
        },
        async return() {
          body.destroy();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
