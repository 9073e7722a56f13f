import { CutConnection } from '../../support/server.ts';
import type { Kind } from '../fields.ts';
import { historyOf, lastRun, renderPart, renderRun, renderRunInFull, renderStatus } from '../history.ts';
import { seen, writable } from '../objects.ts';
import type { Run } from '../progress.ts';
import { notFound, Refusal } from '../refusal.ts';
import type { Result } from '../reply.ts';
import { busy } from '../runs.ts';
import { type Item, nameOf } from '../state.ts';
import { labelOf } from '../targets.ts';
import { WireId } from '../wire.ts';
import type { World } from '../world.ts';
import type { Call, Operation } from './call.ts';
import type { Rules } from './crud.ts';

/** Refuses changes while it runs; and the deletion of what a pipeline's step refers to. */
export const runningRules: Rules = {
  mayUpdate: refuseWhileRunning,
  mayDelete(world, item) {
    refuseWhileRunning(world, item);
    const pipeline = [...world.state.pipelines.values()].find((one) =>
      one.children.some((step) => step.fields.reference === item.id),
    );
    if (pipeline) throw new Refusal(409, 'InUse', `'${nameOf(item)}' is in use by the pipeline '${nameOf(pipeline)}'.`);
  },
};

export function refuseWhileRunning(world: World, item: Item): void {
  if (world.runs.active(item.id)) throw busy(world.dialect, `The ${item.kind} '${nameOf(item)}' is running.`);
}

export function execute(kind: Kind): Operation {
  return async ({ world, params, signal }) => {
    const run = world.runs.start(writable(world, kind, params.id!), 'api');
    switch (world.dialect.executeReply) {
      case 'empty':
        return { kind: 'nothing' };
      case 'runId':
        return { kind: 'object', status: 200, body: renderRun(world, run) };
      case 'strangerId':
        return { kind: 'object', status: 200, body: { ...renderRun(world, run), id: new WireId(world.random.uuid()) } };
      case 'blocking':
        return await blocked(world, run, signal);
    }
  };
}

export function cancel(kind: Kind): Operation {
  return ({ world, params }) => {
    world.runs.cancel(writable(world, kind, params.id!));
    return { kind: 'nothing' };
  };
}

export function history(kind: Kind): Operation {
  return ({ world, params }) => {
    const runs = historyOf(world, seen(world, kind, params.id!).id);
    return { kind: 'list', collection: 'history', entries: runs.map((run) => renderRun(world, run)) };
  };
}

export function historyEntry(kind: Kind): Operation {
  return ({ world, params }) => {
    const runs = historyOf(world, seen(world, kind, params.id!).id);
    const run = runs.find(({ id }) => id === params.history);
    if (!run) throw notFound('history entry', params.history!);
    return { kind: 'object', status: 200, body: renderRunInFull(world, run) };
  };
}

export function status(kind: Kind): Operation {
  return ({ world, params }) => ({
    kind: 'object',
    status: 200,
    body: renderStatus(world, seen(world, kind, params.id!)),
  });
}

/** Each task with its part of the last run. */
export const lastRunOfTasks: Operation = ({ world, params }) => {
  const job = seen(world, 'job', params.id!);
  const run = lastRun(world, job.id);
  const entries = job.children.map((task) => {
    const part = run?.parts.find((one) => one.childId === task.id);
    if (run && part) return { ...renderPart(world, run, part), history_id: new WireId(run.id) };
    return { id: new WireId(task.id, 'task'), table: labelOf(task), status: null };
  });
  return { kind: 'list', collection: 'tasks', entries };
};

export const taskHistory: Operation = ({ world, params }) => {
  const job = seen(world, 'job', params.id!);
  if (!job.children.some((task) => task.id === params.child)) throw notFound('task', params.child!);
  const entries = historyOf(world, job.id).flatMap((run) =>
    run.parts
      .filter((part) => part.childId === params.child)
      .map((part) => {
        const { id: task_id, ...shown } = renderPart(world, run, part);
        return { id: new WireId(run.id), task_id, ...shown };
      }),
  );
  return { kind: 'list', collection: 'history', entries };
};

async function blocked(world: World, run: Run, signal: AbortSignal): Promise<Result> {
  await Promise.race([world.runs.ended(run), left(signal)]);
  return { kind: 'object', status: 200, body: renderRunInFull(world, run) };
}

function left(signal: Call['signal']): Promise<never> {
  return new Promise((_, reject) => {
    const cut = () => reject(new CutConnection('the client has gone'));
    if (signal.aborted) cut();
    else signal.addEventListener('abort', cut, { once: true });
  });
}
