import type { KubeObject } from '../../cluster/types.ts';
import type { Land } from '../land.ts';
import { conditionOf, keyOf } from '../mirror.ts';
import type { Oracle } from './oracle.ts';

/** At most one execute for each intent of a SyncRun, and none without one: not after a crash, a lost reply, or a restore. */
export const runs: Oracle = ({ setting }) => {
  const { mirror, violate } = setting;
  const started = new Map<string, string>();
  const targetOf = ({ spec, metadata }: KubeObject) =>
    mirror.get('SyncJob', metadata.namespace!, spec.jobRef?.name ?? '')?.status?.id;
  setting.onSyncWrite(({ by, operation, target }) => {
    if (!/\.execute$/.test(operation) || !target) return;
    const meant = mirror.of('SyncRun').filter((run) => run.status?.intent && targetOf(run) === target.id);
    const fresh = meant.find((run) => !started.has(`${run.metadata.uid} ${run.status.intent.at}`));
    const what = `${by} executes ${target.name}`;
    if (meant.length === 0) violate('runs', `${what}, which no SyncRun has written down`);
    else if (!fresh) violate('runs', `${what} once more for the same intent of ${meant.map(keyOf).join()}`);
    else started.set(`${fresh.metadata.uid} ${fresh.status.intent.at}`, by);
  });
};

/** Every run has ended, and says how, or that nobody knows. */
export function checkRuns({ setting }: Land): void {
  for (const run of setting.mirror.of('SyncRun')) {
    const [finished, succeeded] = [conditionOf(run, 'Finished'), conditionOf(run, 'Succeeded')];
    if (finished?.status === 'True' && succeeded) continue;
    if (isUnseen(setting, run)) continue;
    const said = (run.status?.conditions ?? []).map(({ type, status, reason }: Record<string, string>) =>
      [type, status, reason].join(' '),
    );
    setting.violate('runs', `${keyOf(run)} has not ended: ${said.join(', ')}`);
  }
}

/** A start that was accepted where no call shows what runs is waited for an hour (docs/runs.md). */
function isUnseen({ simulator, clock }: Land['setting'], { status }: KubeObject): boolean {
  if (simulator.dialect.statusRoute !== 'absent' || status?.intent === undefined) return false;
  return clock.now() - Date.parse(status.intent.at) < 3_600_000;
}
