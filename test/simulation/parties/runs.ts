import { resource } from '../../support/manifests.ts';
import { edited, type Land } from '../land.ts';
import { keyOf } from '../mirror.ts';
import type { WeighedActs } from './act.ts';

/** Runs that people ask for with kubectl. */
export const RUNS: WeighedActs = [
  [4, startRun],
  [1, cancelRun],
  [1, deleteRun],
];

/** How a run names what it runs. */
const REFS: Readonly<Record<string, string>> = {
  SyncJob: 'jobRef',
  SyncTransformation: 'transformationRef',
  SyncPipeline: 'pipelineRef',
};

function startRun(land: Land): string | undefined {
  const { dice } = land;
  const found = dice.pickAny([...land.wanted.values()].filter(({ kind }) => REFS[kind] !== undefined));
  if (!found) return undefined;
  const { kind, metadata } = found;
  const target = { [REFS[kind]!]: { name: metadata.name } };
  const spec = {
    ...target,
    startingDeadlineSeconds: dice.pick([300, 600]),
    ...(dice.chance(0.3) && { activeDeadlineSeconds: dice.between(5, 120) }),
    ...(dice.chance(0.3) && { backoffLimit: dice.between(1, 2) }),
    ...(dice.chance(0.3) && { onDelete: 'Cancel' }),
  };
  const manifest = resource('SyncRun', land.newName('run'), spec);
  land.apply(manifest);
  return `asks for ${keyOf(manifest as never)} of ${kind} ${metadata.name}`;
}

function cancelRun(land: Land): string | undefined {
  const found = land.dice.pickAny(
    [...land.wanted.values()].filter(({ kind, spec }) => kind === 'SyncRun' && !spec.cancel),
  );
  if (!found) return undefined;
  land.apply(edited(found, (spec) => Object.assign(spec, { cancel: true })));
  return `cancels SyncRun ${found.metadata.name}`;
}

function deleteRun(land: Land): string | undefined {
  const found = land.dice.pickAny([...land.wanted].filter(([, { kind }]) => kind === 'SyncRun'));
  if (!found) return undefined;
  land.remove(found[0]);
  return `deletes ${found[0]}`;
}
