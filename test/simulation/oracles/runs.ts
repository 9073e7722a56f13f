import type { KubeObject } from '../../cluster/types.ts';
import type { Land } from '../land.ts';
import { conditionOf, keyOf } from '../mirror.ts';
import type { Oracle } from './oracle.ts';

/** What a SyncRun wrote down before it called execute. */
interface Intent {
  run: string;
  targetId: unknown;
  used: boolean;
}

/** At most one execute for each intent of a SyncRun, and none without one: not after a crash, a lost reply, or a restore. */
export const runs: Oracle = (land) => {
  const { setting } = land;
  // Written by a controller, and so before its call; the call may outlive the resource. What a restore brings back is no intent.
  const intents: Intent[] = [];
  setting.mirror.onChange((before, after) => {
    const { intent, target } = after?.status ?? {};
    if (after?.kind !== 'SyncRun' || !before || !intent || land.restoring) return;
    if (before.status?.intent?.at === intent.at) return;
    intents.push({ run: keyOf(after), targetId: target?.id, used: false });
  });
  setting.onSyncWrite(({ by, operation, target }) => {
    if (!/\.execute$/.test(operation) || !target) return;
    const meant = intents.filter(({ targetId }) => targetId === target.id);
    const fresh = meant.find(({ used }) => !used);
    const what = `${by} executes ${target.name}`;
    if (fresh) fresh.used = true;
    else if (meant.length === 0) setting.violate('runs', `${what}, which no SyncRun has written down`);
    else setting.violate('runs', `${what} once more for the same intent of ${meant.map(({ run }) => run).join()}`);
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

/**
 * A start that was accepted where no call shows what runs, or that is held open, is waited for an hour; one that is held open where no
 * call shows what runs, for a day (docs/runs.md).
 */
export function isUnseen({ simulator, clock, timeline }: Land['setting'], { status }: KubeObject): boolean {
  const hangs = timeline.entries.some(({ who, what }) => who === 'Sync' && /^hang .*execute/.test(what));
  const tells = simulator.dialect.statusRoute !== 'absent';
  if ((tells && !hangs) || status?.intent === undefined) return false;
  return clock.now() - Date.parse(status.intent.at) < (hangs && !tells ? 24 : 1) * 3_600_000;
}
