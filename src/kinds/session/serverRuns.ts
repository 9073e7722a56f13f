import { runStateOf } from '../../sync/models/records.ts';
import { createWire } from '../../sync/models/wire.ts';
import { createRunTracker, type RunTracker } from '../../sync/runs.ts';
import type { SessionContext } from './context.ts';

/** The runs of all jobs of a server: one tracker, since the server's rate of run reads is one. */
export function createServerRuns(
  { deps, key, settings, client, watched }: SessionContext,
  workspaceOf: (jobId: string) => string | undefined,
  isShown: (jobId: string) => Promise<boolean>,
): RunTracker {
  const wire = createWire(settings.client.wire, settings.client.timeZone);
  const options = (id: string) => ({ lane: 'poll', known: () => isShown(id) }) as const;
  return createRunTracker({
    status: (id) => watched(client.jobs.status(id, options(id))),
    history: (id) => watched(client.jobs.history(id, options(id))),
    taskRuns: (id) => watched(client.jobs.tasks.lastRun(id, options(id))),
    stateOf: (word) => runStateOf(word, wire),
    clock: deps.clock,
    random: deps.random,
    limits: { runReadsPerMinute: settings.runReadsPerMinute },
    onChange: (id) => deps.wake('SyncJob', workspaceOf(id), [{ id }], 'run', key),
    zone: settings.client.timeZone,
  });
}
