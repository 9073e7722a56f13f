import type { SyncError } from '../../sync/errors.ts';

/** What a failed probe says about the server. The message names the remedy and is the same for the same failure. */
export interface Finding {
  reason: 'Unauthorised' | 'ForeignReply' | 'ServerUnreachable' | 'Throttled' | 'UnreadableReply';
  message: string;
  /** No wait can help. */
  stalled: boolean;
  /** It answers as Sync does. */
  reachable: boolean;
  retryAfterMs?: number;
}

/** Where the probe went. */
export interface Place {
  /** Origin of the server. */
  url: string;
  apiPath: string;
}

/** Explains the failure of a list of the workspaces (design §5, Failures). */
export function explainProbe(error: SyncError, place: Place): Finding {
  const { outcome, words, message } = error;
  const at = place.url + place.apiPath;
  switch (outcome.kind) {
    case 'transport':
      return unreachable(transportMessage(outcome.failure, message, place.url));
    case 'circuitOpen':
      return {
        // Why calls are held back is what a person can mend, and this may be the first that is heard of it.
        ...(error.cause
          ? explainProbe(error.cause, place)
          : unreachable(`${place.url} does not answer; calls are held back until it does`)),
        retryAfterMs: outcome.retryAfterMs,
      };
    case 'http':
      return explainStatus(outcome, words, at);
    case 'foreign':
      return foreign(
        /redirect/.test(message)
          ? `${at} redirects elsewhere, which is not followed, so that the token goes nowhere else: check spec.url (https://? another host name?) and spec.apiPath`
          : `${at} answers with something that is not from the API, such as a login page or a proxy's: check spec.url, spec.apiPath and any proxy in between`,
      );
    case 'unreadable':
      return unreadable(message, at);
    case 'errorInSuccess':
      return {
        reason: 'UnreadableReply',
        message: `${at} answers with an error: ${words}`,
        stalled: false,
        reachable: true,
      };
    case 'unsupported':
      return foreign(`${at} has no list of workspaces: check spec.apiPath`);
  }
}

const unreachable = (message: string): Finding => ({
  reason: 'ServerUnreachable',
  message,
  stalled: false,
  reachable: false,
});
const foreign = (message: string): Finding => ({ reason: 'ForeignReply', message, stalled: true, reachable: false });

function explainStatus(
  { status, retryAfterMs }: { status: number; retryAfterMs?: number },
  words: string,
  at: string,
): Finding {
  const said = words === '' ? '' : `: ${words}`;
  if (status === 401 || status === 403) {
    const message = `the server does not accept the token (${status})${said}; put a valid one into the Secret of spec.auth.tokenSecretRef, and check spec.auth.method and that the API is open to this address`;
    return { reason: 'Unauthorised', message, stalled: false, reachable: true };
  }
  if (status === 429 || (status === 503 && retryAfterMs !== undefined)) {
    return {
      reason: 'Throttled',
      message: `the server asks to wait (${status})`,
      stalled: false,
      reachable: true,
      retryAfterMs,
    };
  }
  if (status >= 500 || status === 408)
    return unreachable(`${at} answers ${status}: the server or a proxy before it has a problem`);
  if (status === 404 || status === 405)
    return foreign(`${at} has no list of workspaces (${status}): check spec.apiPath and spec.url`);
  return foreign(
    `${at} refuses the list of workspaces (${status})${said}; check spec.url (https://?) and spec.apiPath`,
  );
}

function unreadable(message: string, at: string): Finding {
  if (/too large/.test(message)) {
    const text = `the list of workspaces of ${at} is larger than spec.limits.maxBodyBytes: raise it, if this is the right server`;
    return { reason: 'UnreadableReply', message: text, stalled: true, reachable: true };
  }
  if (/cut off/.test(message)) {
    const text = `the reply of ${at} breaks off: a proxy or the server cuts replies short`;
    return { reason: 'UnreadableReply', message: text, stalled: false, reachable: true };
  }
  return foreign(
    `${at} answers with JSON that is no list of workspaces: check spec.url and spec.apiPath, or correct spec.wire`,
  );
}

function transportMessage(failure: string, message: string, url: string): string {
  const detail = message.replace(/^.*? failed: /, '');
  const tlsHint = url.startsWith('http:') ? '; if the port expects TLS, spec.url has to begin with https://' : '';
  switch (failure) {
    case 'refused':
      return `nothing accepts connections at ${url}: check host and port of spec.url, that Sync runs, and NetworkPolicies`;
    case 'dns':
      return `the host name of ${url} cannot be resolved: check spec.url and the cluster's DNS`;
    case 'tls':
      return /wrong.version|packet length|record layer|unexpected message/i.test(detail)
        ? `${url} does not speak TLS: give the TLS port, or http://, in spec.url`
        : `no TLS connection to ${url}: ${detail}; give the CA in spec.tls.caSecretRef or caConfigMapRef, or the certificate's name in spec.tls.serverName`;
    case 'connectTimeout':
      return `${url} does not accept a connection in time: check host and port of spec.url, firewalls and NetworkPolicies`;
    case 'proxy':
      return `the proxy does not connect to ${url}: check spec.proxyUrl`;
    case 'timeout':
      return `${url} does not answer in time (spec.timeouts.read)`;
    case 'reset':
      return `${url} closes the connection without an answer${tlsHint}`;
    default:
      return `${url} does not answer in HTTP${tlsHint}`;
  }
}

/** Whether a failed call of an object is a reason to look at the server as a whole. */
export function concernsServer({ outcome }: SyncError): boolean {
  if (outcome.kind === 'http') return outcome.status === 401 || (outcome.status >= 502 && outcome.status <= 504);
  return outcome.kind === 'transport' || outcome.kind === 'foreign' || outcome.kind === 'circuitOpen';
}
