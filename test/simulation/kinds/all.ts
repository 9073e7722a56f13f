import { CONNECTION } from './connection.ts';
import { EVENT } from './event.ts';
import { JOB } from './job.ts';
import { PIPELINE } from './pipeline.ts';
import type { SimKind } from './simKind.ts';
import { TRANSFORMATION } from './transformation.ts';
import { USER } from './user.ts';
import { WORKSPACE } from './workspace.ts';

/** Every kind that the simulation knows, in the order in which they depend on each other. A new kind is one file and one line here. */
export const SIM_KINDS: readonly SimKind[] = [WORKSPACE, CONNECTION, JOB, TRANSFORMATION, PIPELINE, EVENT, USER];

export function simKindOf(kind: string): SimKind | undefined {
  return SIM_KINDS.find((one) => one.kind === kind);
}
