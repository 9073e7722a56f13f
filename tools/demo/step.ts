import type { Stage } from './stage.ts';

/** One part of the demo. It proves things by looking at Sync and Kubernetes, and throws when one does not hold. */
export interface Step {
  title: string;
  run(stage: Stage): Promise<void>;
}
