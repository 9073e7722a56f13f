import { Blocked } from '../engine/blocked.ts';
import { KubeError } from '../kube/errors.ts';
import { SyncError } from '../sync/errors.ts';

/** Something that the person who typed the command can mend. The message is all that is shown. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: number;
  constructor(message: string, code = 1) {
    super(message);
    this.code = code;
  }
}

/** The exit code after Ctrl-C, as shells have it. */
export const INTERRUPTED = 130;

/** Any failure in one line that says what happened and what to do; undefined for a defect of ours, whose stack is worth more. */
export function explain(error: unknown): string | undefined {
  if (error instanceof CliError) return error.message;
  if (error instanceof Blocked) return error.message;
  if (error instanceof KubeError) return explainKube(error);
  if (error instanceof SyncError) return explainSync(error);
  return undefined;
}

function explainKube(error: KubeError): string {
  const { message, status, details } = error;
  // What was to be done begins the message: verb, resource, object.
  const [what] = message.split(': ', 1);
  if (status === 403) return `you may not ${what}; docs/cli.md lists what each command needs`;
  if (status === 401) return `the API server does not know you (${what}): log in again, or choose another --context`;
  if (status === 0)
    return `the API server does not answer (${message}): check the kubeconfig, --context and the network`;
  if (status === 404 && details?.name === undefined) {
    return `the cluster does not know this type (${what}): are the CRDs of sync-operator installed?`;
  }
  return message;
}

function explainSync({ message, operation, outcome }: SyncError): string {
  switch (outcome.kind) {
    case 'unsupported':
      return `this Sync server has no call ${operation}, as far as is known; where it has one, spec.routes of the SyncServer says so`;
    case 'transport':
    case 'circuitOpen':
      return `Sync: ${message}; is the server up, and spec.url of the SyncServer within reach from here?`;
    case 'http':
      if (outcome.status === 401) return `Sync: ${message}; is the token in the Secret of the SyncServer still valid?`;
      return `Sync: ${message}`;
    default:
      return `Sync: ${message}`;
  }
}
