import { type Transport, TransportError } from '../ports/transport.ts';

/** The same network, on which nothing can be changed: whatever is not a read is refused before it is sent. `who`: `a plan`. */
export function readOnly(transport: Transport, who: string): Transport {
  return {
    connect(endpoint) {
      const connection = transport.connect(endpoint);
      return {
        async request(request) {
          if (request.method === 'GET' || request.method === 'HEAD') return connection.request(request);
          throw new TransportError('refused', false, `${who} makes no ${request.method}`);
        },
        close: () => connection.close(),
      };
    },
  };
}
