import { type Transport, TransportError } from '../ports/transport.ts';

/** The same network, on which nothing can be changed: whatever is not a read is refused before it is sent. */
export function readOnly(transport: Transport): Transport {
  return {
    connect(endpoint) {
      const connection = transport.connect(endpoint);
      return {
        async request(request) {
          if (request.method === 'GET' || request.method === 'HEAD') return connection.request(request);
          throw new TransportError('refused', false, `only reads are sent, and this is a ${request.method}`);
        },
        close: () => connection.close(),
      };
    },
  };
}
