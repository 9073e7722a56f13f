import { secretsOf } from '../kinds/places.ts';
import { edited, type Land } from '../land.ts';
import { conditionOf, keyOf } from '../mirror.ts';
import { clearFates } from './processes.ts';

/** Faults end; what was held up by people is let go, or not. */
export function calmDown(land: Land): void {
  const { setting, dice } = land;
  setting.installations.clearFaults();
  setting.cluster.faults.clear();
  clearFates(setting);
  setting.timeline.note('CALM', 'no more faults, no more edits');
  if (dice.chance(0.7)) resumeAll(land);
  if (dice.chance(0.7)) addSecrets(land);
}

function resumeAll(land: Land): void {
  for (const manifest of [...land.wanted.values()]) {
    if (!manifest.spec.suspend) continue;
    land.apply(edited(manifest, (spec) => delete spec.suspend));
    land.setting.timeline.note('kubectl', `resumes ${manifest.kind} ${manifest.metadata.name}`);
  }
}

function addSecrets(land: Land): void {
  for (const { spec } of land.wanted.values()) {
    for (const name of secretsOf(spec)) if (!land.secrets.has(name)) land.rotate(name);
  }
}

/** Approves every plan that there is. */
export function approveAll(land: Land): void {
  for (const resource of [...land.setting.mirror.resources.values()]) {
    const plan = resource.status?.plan;
    if (!plan || resource.metadata.annotations?.['sync.cdata.com/approve-plan'] === plan.id) continue;
    land.annotate(resource, 'approve-plan', plan.id);
    land.grants.approved(resource);
    land.setting.timeline.note('kubectl', `approves ${keyOf(resource)}: ${plan.summary}`);
  }
}

/** Asks again for what was refused while there were faults, and says that what is lost is lost. */
export function askAgain(land: Land): void {
  const now = String(land.setting.clock.now());
  for (const resource of [...land.setting.mirror.resources.values()]) {
    if (conditionOf(resource, 'Stalled')) land.annotate(resource, 'reconcile-requested-at', now);
    if (conditionOf(resource, 'SuspiciousSnapshot')) land.annotate(resource, 'accept-loss', now);
  }
  land.setting.timeline.note('kubectl', 'asks all that is stalled for a reconcile');
}
