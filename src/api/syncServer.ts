import { z } from 'zod';
import { access } from './access.ts';
import { AGE, conditionColumn, READY, REASON, specColumn } from './columns.ts';
import { baseStatusShape, defaultPolicies, policyShape, type Resource, suspend } from './common.ts';
import { type Definition, type Parsed, parseResource } from './definition.ts';
import { duration } from './duration.ts';
import type { Field } from './fields.ts';
import { configMapKeyRef, resourceName, secretKeyRef } from './references.ts';
import { choice, count, flag, integer, list, map, matching, name, ruled, text, time } from './schema.ts';
import { local } from './specParts.ts';
import { facts, routes, wire } from './wire.ts';

/** A CData Sync server and how to talk to it (sync-api-v2.md 1). Nothing here is sent to Sync as configuration, so schema defaults are allowed. */

const ORIGIN = /^https?:\/\/([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?\/?$/;

const auth = z
  .object({
    method: choice(
      ['Header', 'Basic'],
      'Header sends the token as x-cdata-authtoken, Basic as the password of basic authentication.',
    ).default('Header'),
    tokenSecretRef: secretKeyRef('The Secret that holds the token of the API.', 'token'),
    user: name(
      'Login name of the user whose token it is. That user is never deactivated, demoted or deleted. When absent, that holds for the only active administrator, which must be the one.',
    ).optional(),
  })
  .meta({ description: 'How the operator proves who it is.' });

const tls = ruled(
  z
    .object({
      caSecretRef: secretKeyRef('A Secret with the certificates (PEM) to trust.', 'ca.crt').optional(),
      caConfigMapRef: configMapKeyRef('A ConfigMap with the certificates (PEM) to trust.', 'ca.crt').optional(),
      clientCertSecretRef: z
        .object({ name: resourceName('Name of the Secret.') })
        .meta({ description: 'A Secret of type kubernetes.io/tls with the certificate to show to the server.' })
        .optional(),
      serverName: text(
        "The name that the server's certificate must bear, when it is not that of the URL.",
        253,
      ).optional(),
      insecureSkipVerify: flag("Do not check the server's certificate. Only for trying things out.").default(false),
    })
    .meta({ description: 'TLS settings.' }),
  [
    {
      rule: '!(has(self.caSecretRef) && has(self.caConfigMapRef))',
      message: 'give caSecretRef or caConfigMapRef, not both',
      holds: (value) => !(value.caSecretRef && value.caConfigMapRef),
    },
  ],
);

const limits = z
  .object({
    requestsPerSecond: integer('Requests a second, on average.', 1, 10_000).default(10),
    burst: integer('Requests that may come at once.', 1, 10_000).default(20),
    concurrency: integer('Requests under way at a time.', 1, 1_000).default(8),
    deepReadsPerMinute: integer('Reads a minute of single objects with their tasks, for drift.', 1, 100_000).default(
      30,
    ),
    runReadsPerMinute: integer('Reads a minute of run histories.', 1, 100_000).default(60),
    maxBodyBytes: integer('The largest reply that is read.', 1024, 1_073_741_824).default(67_108_864),
  })
  .prefault({})
  .meta({ description: 'How hard the operator may press on the server; shared by all SyncServers of one origin.' });

const timeouts = z
  .object({
    connect: duration('For setting up a connection.').default('5s'),
    read: duration('For a read.').default('30s'),
    write: duration('For a write.').default('8s'),
    test: duration('For the test of a connection.').default('120s'),
  })
  .prefault({})
  .meta({ description: 'How long calls may take.' });

const { resyncInterval: _, ...serverPolicyShape } = policyShape;

const spec = z
  .object({
    url: matching(
      ORIGIN,
      'must be http(s)://host[:port] without path, user or query; a path goes into apiPath',
      'Where the server is: scheme, host and port.',
      512,
    ),
    apiPath: matching(
      /^(\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$/,
      'must start with / and not end with it',
      'Path of the REST API v2 on the server.',
    ).default('/api.rsc/v2'),
    auth,
    tls: tls.optional(),
    proxyUrl: matching(
      ORIGIN,
      'must be http(s)://host[:port] without user, path or query',
      'An HTTP proxy to go through.',
      512,
    ).optional(),
    limits,
    timeouts,
    pollInterval: duration('How often the lists of a workspace are read.').default('60s'),
    lagGrace: duration('How long a list may lag behind a write; lost replies are followed for so long.').default('60s'),
    resyncInterval: duration(
      'How old a deep read of an object may become, when neither it nor its workspace says so.',
    ).default('6h'),
    timeZone: matching(
      /^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+)*$/,
      'must be an IANA time zone such as Europe/Berlin',
      'Time zone of the server (IANA), for times without offset and for the next run. Without it they are unknown.',
      64,
    ).optional(),
    routes: routes.optional(),
    wire: wire.optional(),
    access: access.optional(),
    defaults: defaultPolicies(serverPolicyShape).optional(),
    suspend,
  })
  .meta({ description: 'The server and how to talk to it.' });

const circuit = z
  .object({
    state: choice(['Closed', 'Open', 'HalfOpen'], 'Closed: calls go through. Open: none do. HalfOpen: one is tried.'),
    since: time('Since when.').optional(),
    reason: text('Why it is not closed.', 1024).optional(),
  })
  .meta({ description: 'Whether calls go through.' });

const learnedRoute = z
  .object({ method: name('The HTTP method.', 16), path: name('The path below apiPath.', 512) })
  .meta({ description: 'Where the operation was found.' });

const learned = z
  .object({
    routes: map(learnedRoute, 128, 'Routes that were found to work, by operation.').optional(),
    facts: facts.optional(),
  })
  .meta({ description: 'What was found out about this server; spec.routes and spec.wire come first.' });

const acceptedServer = z
  .object({
    how: choice(['moved', 'replaced'], 'moved: ids are kept. replaced: objects are found again by name.'),
    identity: text('The server that was accepted.', 1024),
  })
  .meta({ description: 'What accept-server said last: objects that come from another server may go on here.' });

const status = z
  .object({
    ...baseStatusShape,
    identity: text('Origin, path and id of the default workspace; what accept-server has to name.', 1024).optional(),
    acceptedServer: acceptedServer.optional(),
    circuit: circuit.optional(),
    learned: learned.optional(),
    unsupported: list(text('Id of an operation.', 64), 128, 'Operations that this server does not have.').optional(),
    counts: map(count('How many.'), 32, 'How many resources use this server, by kind.').optional(),
  })
  .meta({ description: 'What the operator knows of the server.' });

export type SyncServerSpec = z.infer<typeof spec>;
export type SyncServerStatus = z.infer<typeof status>;
export type SyncServer = Resource<SyncServerSpec, SyncServerStatus>;

export const FIELDS: readonly Field[] = [
  ...['url', 'apiPath', 'auth', 'tls', 'proxyUrl', 'limits', 'timeouts', 'pollInterval', 'lagGrace'],
  ...['resyncInterval', 'timeZone', 'routes', 'wire', 'access', 'defaults', 'suspend'],
].map((path) => local(path, 'json'));

export const SYNC_SERVER: Definition<SyncServerSpec, SyncServerStatus> = {
  kind: 'SyncServer',
  plural: 'syncservers',
  shortNames: ['syncsrv'],
  description: 'A CData Sync server: where it is, how to authenticate, and who may use it.',
  spec,
  status,
  columns: [
    READY,
    REASON,
    conditionColumn('Reachable', 'Reachable', 'Whether the server answers.'),
    conditionColumn('Authenticated', 'Authenticated', 'Whether the server takes the token.'),
    specColumn('URL', 'url', 'Where the server is.'),
    AGE,
  ],
  selectableFields: ['.spec.url', '.spec.auth.tokenSecretRef.name'],
  fields: FIELDS,
  installed: true,
};

/** Reads an object as a SyncServer, with its defaults filled in; see parseResource. */
export function parseSyncServer(object: unknown): Parsed<SyncServer> {
  return parseResource(SYNC_SERVER, object);
}
