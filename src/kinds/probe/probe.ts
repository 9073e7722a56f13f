import type { Unusable } from '../../engine/kind.ts';
import { SyncError } from '../../sync/errors.ts';
import type { Entity } from '../../sync/models/entity.ts';
import type { SessionContext } from '../session/context.ts';
import { explainProbe, type Finding } from './health.ts';

/** The list of the workspaces is the probe: every one says how the server is, and which it is. */
export interface Probe {
  list(signal?: AbortSignal): Promise<Entity[]>;
  /** Resolves when the first one has ended, whatever came of it. */
  readonly probed: Promise<void>;
  /** What is wrong; undefined when nothing is, or nothing is known yet. */
  readonly finding: Finding | undefined;
  /** Since when that is so, ms since the epoch. */
  readonly since: number;
  readonly identity: string | undefined;
  readonly unusable: Unusable | undefined;
  /** The accepted server answers, and no other one has since the beginning: ids may be used, as far as this goes. */
  readonly isAccepted: boolean;
  /** Another server answers than the accepted one. */
  readonly isAnother: boolean;
  /** The accepted server answers, but another one did in between, or before: what is remembered may be of either. */
  readonly isMixed: boolean;
  /** Calls may be made as long as the server is this one. */
  accept(identity: string): void;
  /** Calls must not be made for a reason that the server does not know of; undefined takes it back. */
  block(why: Unusable | undefined): void;
  end(): void;
}

/** A person must act when the token is refused for so long; before that, a new one may be on its way. */
const REFUSED_MS = 600_000;

export function createProbe({ deps, key, client }: SessionContext): Probe {
  const { clock } = deps;
  const { promise: probed, resolve: end } = Promise.withResolvers<void>();
  const place = { url: client.origin, apiPath: client.apiPath };
  let finding: Finding | undefined;
  let since = clock.now();
  let identity: string | undefined;
  let accepted: string | undefined;
  let blocked: Unusable | undefined;
  let told = '';

  let strayed = false;
  const isAnother = () => identity !== undefined && accepted !== undefined && identity !== accepted;
  const compare = () => {
    if (isAnother()) strayed = true;
  };
  const answers = () => identity !== undefined && identity === accepted;
  const unusable = (): Unusable | undefined => {
    if (blocked) return blocked;
    if (finding) {
      const { reason, message, retryAfterMs } = finding;
      const stalled = finding.stalled || (reason === 'Unauthorised' && clock.now() - since >= REFUSED_MS);
      return { reason, message, stalled, since, ...(retryAfterMs !== undefined && { retryAfterMs }) };
    }
    if (answers() && !strayed) return undefined;
    if (answers()) {
      return { reason: 'ServerNotReady', message: 'the server is being connected anew', stalled: false, since };
    }
    if (identity === undefined || accepted === undefined) {
      return { reason: 'ServerNotReady', message: 'the server has not been looked at yet', stalled: false, since };
    }
    const message = `the server is ${identity} now, not ${accepted}; its SyncServer has to accept it`;
    return { reason: 'ServerChanged', message, stalled: true, since };
  };

  // After the list that said so has been taken in.
  const tell = () => {
    const now = `${unusable()?.reason} ${identity}`;
    if (now === told) return;
    told = now;
    clock.after(0, () => deps.serverChanged(key));
  };

  const found = (next: Finding | undefined) => {
    if (next?.reason !== finding?.reason) since = clock.now();
    finding = next;
    tell();
    end();
  };

  async function list(signal?: AbortSignal): Promise<Entity[]> {
    try {
      const entities = await client.workspaces.list({ lane: 'user', signal });
      const id = entities.find((entity) => entity.fields.get('isDefault') === true)?.id ?? (await defaultId(signal));
      // Once told, the default workspace is not forgotten because one reply does not tell it.
      if (id !== undefined || identity === undefined) identity = `${client.origin}${client.apiPath}#${id ?? ''}`;
      compare();
      found(undefined);
      return entities.map(itself);
    } catch (error) {
      if (error instanceof SyncError && !signal?.aborted) failed(error);
      throw error;
    }
  }

  function failed(error: SyncError): void {
    const next = explainProbe(error, place);
    // A request to slow down, and a call that was not sent, say nothing new.
    if (next.reason === 'Throttled' && identity !== undefined && !finding) return;
    found(error.outcome.kind === 'circuitOpen' && finding?.reason === 'ServerUnreachable' ? finding : next);
  }

  /** The literal is documented by a sample only: a server that lacks it does not tell. */
  async function defaultId(signal?: AbortSignal): Promise<string | undefined> {
    try {
      const { id } = await client.workspaces.get('default', { lane: 'user', signal });
      return id === 'default' ? undefined : id;
    } catch (error) {
      const { outcome } = error as SyncError;
      const refused =
        error instanceof SyncError && outcome.kind === 'http' && outcome.status >= 400 && outcome.status < 500;
      if (refused && ![401, 408, 429].includes(outcome.status)) return undefined;
      if (error instanceof SyncError && (outcome.kind === 'unreadable' || outcome.kind === 'unsupported'))
        return undefined;
      throw error;
    }
  }

  return {
    list,
    probed,
    end,
    get finding() {
      return finding;
    },
    get since() {
      return since;
    },
    get identity() {
      return identity;
    },
    get unusable() {
      return unusable();
    },
    get isAccepted() {
      // Who does not answer now may be another one when it does again.
      return answers() && !strayed && !finding;
    },
    get isAnother() {
      return isAnother();
    },
    get isMixed() {
      return answers() && strayed;
    },
    accept(next) {
      accepted = next;
      compare();
      tell();
    },
    block(why) {
      blocked = why && blocked?.reason === why.reason ? { ...why, since: blocked.since } : why;
      tell();
    },
  };
}

/** A workspace without what it shows of its content (sync-api-v2.md §3.1): it does not change when that does. */
function itself(entity: Entity): Entity {
  const fields = new Map(
    [...entity.fields].filter(([path]) => !/^extra\.(connections|transformations)(\.|$)/i.test(path)),
  );
  return { ...entity, fields };
}
