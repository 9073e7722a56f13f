import type { SyncJobSpec } from '../../api/syncJob.ts';
import type { KindHooks, KindReport } from '../../engine/kind.ts';
import type { RunMemory } from '../running/hooks.ts';
import type { RunningInput } from '../running/runningKind.ts';
import { checkTables } from './tables.ts';

/** What is remembered of one job between passes. */
export interface JobMemory extends RunMemory {
  /** Why the tables of added tasks could not be checked; empty: they could. */
  unchecked?: string;
}

/** Looks for the tables of new tasks, where the spec asks for it. */
export function verifyingTables({ resource, place, memory, running }: RunningInput<JobMemory>): KindHooks {
  const spec = resource.spec as unknown as SyncJobSpec;
  const { session } = place;
  return {
    async check(want, have) {
      if (!spec.verifyTables) return undefined;
      const check = await checkTables(want, have, (id) => session.tables(id));
      memory.unchecked = check.state === 'unknown' ? session.client.scrubber.scrub(check.message) : '';
      return check.state === 'missing' ? { reason: 'TablesNotFound', message: check.message } : undefined;
    },
    report(input) {
      const runs = running.report!(input);
      return { ...runs, conditions: [...runs.conditions, ...uncheckedTables(spec, memory, input.status)] };
    },
  };
}

/** Present only while tasks stand unchecked, also over a restart. */
function uncheckedTables(
  { verifyTables }: SyncJobSpec,
  { unchecked }: JobMemory,
  { conditions }: { conditions?: KindReport['conditions'] },
): KindReport['conditions'] {
  if (!verifyTables || unchecked === '') return [];
  const before = conditions?.find(({ type }) => type === 'TablesVerified')?.message;
  const message = unchecked ?? before;
  return message === undefined
    ? []
    : [{ type: 'TablesVerified', status: 'Unknown', reason: 'TablesUnchecked', message }];
}
