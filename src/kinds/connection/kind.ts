import {
  FIELDS,
  parseSyncConnection,
  type SyncConnectionSpec,
  type SyncConnectionStatus,
} from '../../api/syncConnection.ts';
import { unknownWords } from '../../api/words.ts';
import type { Kind, KindHooks } from '../../engine/kind.ts';
import type { Remote } from '../../engine/remote.ts';
import type { Resource } from '../../engine/resource.ts';
import type { KindContext } from '../context.ts';
import { placeInWorkspace } from '../place/place.ts';
import { placeReferences, referenceTo } from '../place/references.ts';
import type { ServerSession } from '../session/sessions.ts';
import { desiredOrNothing, type Reached, reach } from '../shared/passes.ts';
import { createMemory, type Remembered } from '../shared/remembered.ts';
import { remoteCall } from '../shared/remoteCall.ts';
import { spelledAs } from '../shared/spelling.ts';
import { desiredConnection, sourcesOf } from './desired.ts';
import { resetActions } from './resets.ts';
import { type TestMemory, testAction, testDueIn, testedCondition } from './tested.ts';

export const REACHED: Reached = {
  kind: 'connection',
  api: ({ connections }, workspaceId) => ({
    ...connections,
    getOperation: 'connections.get',
    create: (fields, options) => connections.create(workspaceId, fields, options),
  }),
  collection: ({ connections }) => connections,
};

type Memory = Remembered & TestMemory;

/** SyncConnection: a connector and its properties, tested when asked to (sync-api-v2.md sections 3.2 and 4.2). */
export function createConnectionKind(context: KindContext): Kind {
  const memoryOf = createMemory<Memory>(context, 'SyncConnection', () => ({}));
  return {
    name: 'SyncConnection',
    fields: FIELDS,
    problems(resource) {
      const parsed = parseSyncConnection(resource);
      return parsed.ok ? [] : parsed.problems;
    },
    warnings: ({ spec }) => unknownWords(FIELDS, spec),
    references: (resource) => [
      ...placeReferences(resource),
      ...sourcesOf(specOf(resource)).map(({ kind, name }) => referenceTo(kind, resource.metadata.namespace, name)),
    ],
    async gather(resource) {
      const place = placeInWorkspace(context, resource);
      const { session } = place;
      const desired = await desiredOrNothing(resource, () => desiredConnection(context, resource), place.workspace);
      for (const secret of desired.secrets.values()) session.client.scrubber.learn(secret);
      const memory = memoryOf(resource);
      const id = resource.status?.id;
      memory.unfollow = () => session.deepReads.remove(`connection/${id}`);
      const reached = reach(context, resource, place, REACHED);
      const remote = noting(memory, spelledAs(desired, reached.remote));
      return { ...reached, remote, desired, hooks: hooksOf(context, specOf(resource), session, memory) };
    },
  };
}

function specOf({ spec }: Resource): SyncConnectionSpec {
  return spec as unknown as SyncConnectionSpec;
}

/** Every write of ours is to be tested, however late a read confirms it. */
function noting(memory: Memory, remote: Remote): Remote {
  return {
    ...remote,
    async create(fields) {
      memory.owed = true;
      return remote.create(fields);
    },
    async update(base, changes, partial) {
      memory.owed = true;
      return remote.update(base, changes, partial);
    },
  };
}

function hooksOf(
  { clock }: KindContext,
  { test }: SyncConnectionSpec,
  session: ServerSession,
  memory: Memory,
): KindHooks {
  const dueIn = (status: object, now: number) =>
    testDueIn(test, (status as SyncConnectionStatus).lastTest, memory, now);
  return {
    actions(input) {
      const call = () => remoteCall(session, () => session.client.connections.test(input.id));
      const isDue = dueIn(input.status, input.now) <= 0;
      return [...resetActions(session, input), ...(isDue ? [testAction(call, memory, clock)] : [])];
    },
    report({ status, now }) {
      const inMs = dueIn(status, now);
      const conditions = testedCondition(test, status as SyncConnectionStatus, memory);
      // One that is due and was not made waits for the object to settle.
      const again = inMs > 0 && Number.isFinite(inMs);
      return { status: {}, conditions, ...(again && { againMs: inMs }) };
    },
  };
}
