import { removeItem, writable } from '../objects.ts';
import { stepTarget } from '../targets.ts';
import type { Operation } from './call.ts';
import { refuseWhileRunning } from './running.ts';

/** Without `pipeline_only=true` everything that the pipeline uses goes with it (our reading of a text that is cut off). */
export const removePipeline: Operation = ({ world, params, query }) => {
  const pipeline = writable(world, 'pipeline', params.id!);
  refuseWhileRunning(world, pipeline);
  removeItem(world, pipeline);
  if (query.get('pipeline_only')?.toLowerCase() !== 'true') {
    for (const step of pipeline.children) {
      const { item } = stepTarget(world.state, step);
      if (item) removeItem(world, item);
    }
    for (const event of [...world.state.events.values()]) if (event.parentId === pipeline.id) removeItem(world, event);
  }
  return { kind: 'nothing' };
};
