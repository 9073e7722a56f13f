import type { SyncServer, SyncServerStatus } from '../../api/syncServer.ts';
import { Blocked } from '../../engine/blocked.ts';
import { isoSeconds, type Verdict } from '../../engine/conditions.ts';
import { createDraft, type Draft } from '../../engine/draft.ts';
import { FINALIZER, willDelete } from '../../engine/finalizers.ts';
import { createMemories, type Memory } from '../../engine/memory.ts';
import type { EngineDeps, PassResult } from '../../engine/pass.ts';
import type { Resource } from '../../engine/resource.ts';
import { annotationOf, readTokens, type TokenReading } from '../../engine/tokens.ts';
import { needsWarning, staying, turnReason } from '../../engine/turn.ts';
import { MISSING_MS } from '../../engine/verdict.ts';
import type { ValueRef } from '../../kube/secretReader.ts';
import type { KindContext } from '../context.ts';
import { changedMessage, isSameServer, readAcceptance } from '../probe/acceptance.ts';
import { readConnection } from '../session/connection.ts';
import type { SessionsControl } from '../session/createSessions.ts';
import { learnedStatus, unsupported } from '../session/learned.ts';
import type { LiveSession } from '../session/serverSession.ts';
import { references } from './references.ts';
import { countUsers, describeUsers } from './users.ts';
import { circuitOf, conditionsFor, type Waiting, waiting } from './verdict.ts';

export interface ServerReconcilerDeps
  extends Pick<EngineDeps, 'clock' | 'logger' | 'kube' | 'record' | 'referrers' | 'get'> {
  context: Pick<KindContext, 'values'>;
  sessions: SessionsControl;
}

/** How often a blocked deletion is looked at, besides when those that block it change. */
const AGAIN_MS = 60_000;
const ANEW_MS = 1;

interface Pass {
  deps: ServerReconcilerDeps;
  key: string;
  resource: Resource;
  draft: Draft & { status: SyncServerStatus };
  memory: Memory;
  tokens: TokenReading;
}

/** One pass over a SyncServer: opens its session, and says in status how the server is. Rejects with what a retry may cure. */
export function createServerReconciler(deps: ServerReconcilerDeps): (key: string) => Promise<PassResult> {
  const memories = createMemories();
  return async (key) => {
    const resource = deps.get('SyncServer', key);
    if (!resource) {
      deps.sessions.close(key);
      deps.context.values.watch(`SyncServer/${key}`, []);
      memories.forget(key);
      return { outcome: 'done' };
    }
    const draft = createDraft(resource, deps.kube) as Pass['draft'];
    const pass: Pass = { deps, key, resource, draft, memory: memories.of(key), tokens: readTokens(resource) };
    if (resource.metadata.deletionTimestamp !== undefined && !isNeeded(pass)) return release(pass);
    noteTokens(pass);
    const { verdict, result } = await look(pass);
    return report(pass, verdict, result);
  };
}

/** Opens the session and judges what came of it. */
async function look(pass: Pass): Promise<Waiting> {
  const { deps, key, resource, memory } = pass;
  const now = deps.clock.now();
  const present = deps.sessions.get(key);
  deps.context.values.watch(`SyncServer/${key}`, valuesOf(resource));
  try {
    const { server, settings, learned } = await readConnection(deps.context.values, resource, pass.draft.status);
    const session = deps.sessions.open(key, settings, learned);
    session.block(undefined);
    await session.probed;
    return judge(pass, server, session);
  } catch (error) {
    if (!(error instanceof Blocked)) throw error;
    const { reason, message, stalled } = error;
    present?.block({ reason, message, stalled, since: now });
    if (stalled) return { verdict: { state: 'stalled', reason, message }, result: { outcome: 'stalled' } };
    return waiting(memory, reason, message, now);
  }
}

/** Their arrival and their changes bring another pass. */
function valuesOf(resource: Resource): ValueRef[] {
  return references(resource).map((reference) => {
    const [kind, namespace, name] = reference.split('/') as [ValueRef['kind'], string, string];
    return { kind, namespace, name };
  });
}

function judge(pass: Pass, { spec }: SyncServer, session: LiveSession): Waiting {
  const { memory } = pass;
  accept(pass, session);
  if (session.isMixed) return connectAnew(pass);
  act(pass, session);
  note(pass, session);
  const againMs = session.settings.pollIntervalMs;
  const { unusable } = session;
  if (unusable?.stalled) {
    const { reason } = unusable;
    const { identity } = pass.draft.status;
    const changed = reason === 'ServerChanged' && identity !== undefined && session.identity !== undefined;
    const message = changed ? changedMessage(identity, session.identity!) : unusable.message;
    return { verdict: { state: 'stalled', reason, message }, result: { outcome: 'stalled', againMs } };
  }
  if (unusable) {
    const verdict = { state: 'progressing', reason: unusable.reason, message: unusable.message } as const;
    return { verdict, result: { outcome: 'wait', againMs } };
  }
  memory.waiting = undefined;
  const message = `${session.client.origin} answers and takes the token`;
  if (spec.suspend) {
    const text = `${message}; suspend is set: nothing is written and no run is started below this server`;
    return { verdict: { state: 'suspended', planned: false, message: text }, result: { outcome: 'done', againMs } };
  }
  return { verdict: { state: 'converged', message }, result: { outcome: 'done', againMs } };
}

/** Holds the session to the server that status names; the first one seen is taken as it is. */
function accept({ draft, tokens, deps, resource }: Pass, session: LiveSession): void {
  const { identity } = session;
  const { status } = draft;
  if (identity === undefined) return;
  const value = tokens.fired.get('accept-server');
  if (value !== undefined) {
    const answer = readAcceptance(value, identity);
    if (answer.ok) {
      status.acceptedServer = answer.accepted;
      if (status.identity !== identity) status.learned = undefined;
      status.identity = identity;
      deps.record(resource, 'Normal', 'ServerAccepted', `${identity} was accepted as ${answer.accepted.how}`);
    } else deps.record(resource, 'Warning', 'RequestIgnored', answer.message);
    echo(draft, tokens, 'accept-server');
  }
  if (status.identity === undefined || isSameServer(status.identity, identity)) {
    // What is told now is worth more than what was not told then.
    if (status.identity === undefined || status.identity.endsWith('#')) status.identity = identity;
    session.accept(identity);
  } else session.accept(status.identity);
}

/** What is known of the content is of another server in part; so is what was learned, if that one was accepted by now. */
function connectAnew({ deps, key }: Pass): Waiting {
  deps.sessions.close(key);
  const message = 'the server is being connected anew, as another one had answered in between';
  return {
    verdict: { state: 'progressing', reason: 'ServerNotReady', message },
    result: { outcome: 'wait', againMs: ANEW_MS },
  };
}

/** The other one-shot requests that a server knows. */
function act({ draft, tokens }: Pass, session: LiveSession): void {
  if (tokens.fired.has('accept-loss')) session.workspaces.acceptLoss();
  // The list is the probe; its outcome brings another pass.
  if (tokens.fired.has('reconcile-requested-at')) session.workspaces.refresh().catch(() => {});
  for (const name of ['accept-loss', 'reconcile-requested-at'] as const) echo(draft, tokens, name);
}

function note({ draft, deps, resource }: Pass, session: LiveSession): void {
  const { status } = draft;
  const missing = unsupported(session.client, status.unsupported);
  status.circuit = circuitOf(session, status.circuit, isoSeconds(deps.clock.now()));
  status.learned = learnedStatus(session.client.learned());
  status.unsupported = missing.length > 0 ? missing : undefined;
  status.counts = countUsers(deps, resource);
}

async function report(pass: Pass, verdict: Verdict, result: PassResult): Promise<PassResult> {
  const { deps, key, resource, draft } = pass;
  const users = deps.referrers(resource).filter(willDelete);
  let final: Verdict = verdict;
  let again = result;
  const { deletionTimestamp } = resource.metadata;
  if (deletionTimestamp !== undefined) {
    final = blockedBy(resource, users, deps.clock.now() - Date.parse(deletionTimestamp));
    again = { outcome: final.stalled ? 'stalled' : 'wait', againMs: AGAIN_MS };
  } else draft.rebase(await setFinalizer(deps, resource, users.length > 0));
  const before = resource.status?.conditions?.find(({ type }) => type === 'Ready');
  draft.status.conditions = conditionsFor(resource, final, deps.sessions.get(key), deps.clock.now());
  draft.status.observedGeneration = resource.metadata.generation;
  const ready = draft.status.conditions.find(({ type }) => type === 'Ready')!;
  if (final.state === 'deletionBlocked') {
    if (needsWarning(resource.status?.conditions, final)) deps.record(resource, 'Warning', final.reason, final.message);
  } else if (before?.status !== ready.status || before.reason !== ready.reason) {
    deps.record(resource, ready.status === 'False' ? 'Warning' : 'Normal', ready.reason, ready.message);
  }
  await draft.save();
  return again;
}

function blockedBy(resource: Resource, users: readonly Resource[], waitedMs: number) {
  const reason = turnReason(resource, staying(users).length === 0, waitedMs);
  const help = `delete them first, or let go by changing ${annotationOf('force-delete')}`;
  const message = `${reason}: ${describeUsers(resource, users)}; ${help}`;
  const stalled = waitedMs >= MISSING_MS;
  return { state: 'deletionBlocked', reason, message, stalled, passing: reason === 'AwaitingTurn' } as const;
}

function isNeeded({ deps, resource, tokens }: Pass): boolean {
  return !tokens.fired.has('force-delete') && deps.referrers(resource).some(willDelete);
}

/** It may go; nothing below it has to be deleted through it. */
async function release({ deps, key, resource }: Pass): Promise<PassResult> {
  await setFinalizer(deps, resource, false);
  deps.sessions.close(key);
  return { outcome: 'done' };
}

async function setFinalizer({ kube }: ServerReconcilerDeps, resource: Resource, wanted: boolean): Promise<Resource> {
  const present = resource.metadata.finalizers ?? [];
  if (present.includes(FINALIZER) === wanted) return resource;
  return kube.patchFinalizers(
    resource,
    wanted ? [...present, FINALIZER] : present.filter((name) => name !== FINALIZER),
  );
}

/** The first pass records the requests that it finds and acts on none: a restore brings old ones back. */
function noteTokens({ deps, resource, draft, tokens }: Pass): void {
  const recorded = draft.status.tokens;
  if (recorded === undefined || tokens.isFirst) {
    draft.status.tokens = tokens.tokens;
    draft.status.tokensOf = resource.metadata.uid;
  } else for (const name of Object.keys(recorded)) if (!(name in tokens.tokens)) delete recorded[name];
  for (const name of tokens.ignored) {
    const message = `${annotationOf(name)} was there before the object was first seen; change its value to ask again`;
    deps.record(resource, 'Normal', 'RequestIgnored', message);
  }
}

function echo(
  { status }: Pass['draft'],
  { fired }: TokenReading,
  name: 'accept-server' | 'accept-loss' | 'reconcile-requested-at',
) {
  const value = fired.get(name);
  if (value !== undefined) status.tokens = { ...status.tokens, [name]: value };
}
