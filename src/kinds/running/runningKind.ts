import type { Field } from '../../api/fields.ts';
import { unknownWords } from '../../api/words.ts';
import type { Desired, Kind, KindHooks } from '../../engine/kind.ts';
import type { Remote } from '../../engine/remote.ts';
import type { Resource } from '../../engine/resource.ts';
import type { JsonObject } from '../../ports/json.ts';
import type { SyncClient } from '../../sync/client.ts';
import { validCron } from '../../sync/due.ts';
import type { RunsOfKind } from '../../sync/runs.ts';
import type { KindContext } from '../context.ts';
import { placeInWorkspace, type WorkspacePlace } from '../place/place.ts';
import { placeReferences } from '../place/references.ts';
import { childOf } from '../runs/requested.ts';
import type { WorkspaceSession } from '../session/sessions.ts';
import { desiredOrNothing, type Reached, reach } from '../shared/passes.ts';
import { createMemory } from '../shared/remembered.ts';
import { spelledAs } from '../shared/spelling.ts';
import { type RunMemory, runHooks } from './hooks.ts';

type Problems = { path: string; message: string }[];

/** What is special about a kind that lies in a workspace, has ordered children, and runs. */
export interface RunningKind<Memory extends RunMemory>
  extends Pick<Kind, 'name' | 'children' | 'lossWhenRemade' | 'holds'> {
  fields: readonly Field[];
  parse(resource: Resource): { ok: true } | { ok: false; problems: Problems };
  reached: Reached;
  /** Fields of the spec that hold a cron expression; the last is the one that the server shows. */
  crons: readonly [string, ...string[]];
  runs(workspace: WorkspaceSession): RunsOfKind;
  /** Cancels a run; absent where the API cannot. */
  cancel?(client: SyncClient, id: string): Promise<void>;
  /** What it refers to besides its place. */
  references(resource: Resource): string[];
  /** Throws Blocked while something is missing. */
  desired(context: KindContext, resource: Resource, place: WorkspacePlace): Promise<Desired>;
  /** The remote side in the words of the spec, where renaming is not enough. */
  seen?(remote: Remote, desired: Desired, input: Omit<RunningInput<Memory>, 'running'>): Remote;
  /** Further hooks; `running` are those that it has as everything that runs. */
  hooks?(input: RunningInput<Memory>): KindHooks;
}

export interface RunningInput<Memory> {
  context: KindContext;
  resource: Resource;
  place: WorkspacePlace;
  memory: Memory;
  running: KindHooks;
}

export function createRunningKind<Memory extends RunMemory = RunMemory>(
  context: KindContext,
  what: RunningKind<Memory>,
): Kind {
  const memoryOf = createMemory<Memory>(context, what.name, () => ({}) as Memory);
  const { name, fields, children, lossWhenRemade, holds } = what;
  return {
    name,
    fields,
    ...(children && { children }),
    ...(lossWhenRemade !== undefined && { lossWhenRemade }),
    ...(holds && { holds }),
    activation: 'schedule.enabled',
    problems(resource) {
      const parsed = what.parse(resource);
      return parsed.ok ? cronProblems(resource, what.crons) : parsed.problems;
    },
    warnings: ({ spec }) => unknownWords(fields, spec),
    references: (resource) => [...placeReferences(resource), ...what.references(resource)],
    requestRun: (resource, token) => context.createRun(childOf(resource, token)),
    async gather(resource) {
      const place = placeInWorkspace(context, resource);
      const { session, workspace } = place;
      const desired = await desiredOrNothing(resource, () => what.desired(context, resource, place), workspace);
      const { remote, ...reached } = reach(context, resource, place, what.reached);
      const memory = memoryOf(resource);
      const runs = what.runs(workspace.session);
      const id = resource.status?.id;
      memory.unfollow = () => {
        if (id === undefined) return;
        runs.unfollow(id);
        session.deepReads.remove(`${what.reached.kind}/${id}`);
      };
      const input = { context, resource, place, memory };
      const cancel = what.cancel && ((run: string) => what.cancel!(session.client, run));
      const running = runHooks({
        context,
        resource,
        place,
        memory,
        runs,
        cronPath: what.crons.at(-1)!,
        ...(cancel && { cancel }),
      });
      return {
        ...reached,
        remote: spelledAs(desired, what.seen?.(remote, desired, input) ?? remote),
        desired,
        hooks: { ...running, ...what.hooks?.({ ...input, running }) },
      };
    },
  };
}

function cronProblems({ spec }: Resource, paths: readonly string[]): Problems {
  return paths.flatMap((path) => {
    const [head, leaf] = path.split('.') as [string, string];
    const cron = (spec[head] as JsonObject | undefined)?.[leaf] as string | undefined;
    const problem = cron === undefined ? undefined : validCron(cron);
    if (problem === undefined) return [];
    return [{ path: `spec.${path}`, message: `${problem}; write it as Sync takes it, as 0 0 2 * * *` }];
  });
}
