import { keyOf, type Resource } from '../resource.ts';
import { isFinished, runStatusOf } from './model.ts';

/** The run of the same target that goes first: one that has begun, else one that is older; undefined: it is this one's turn. */
export function runAhead(self: Resource, others: readonly Resource[]): Resource | undefined {
  const rivals = others.filter((other) => other.metadata.uid !== self.metadata.uid && !isFinished(other));
  const active = rivals.find((other) => runStatusOf(other).intent !== undefined);
  return active ?? rivals.find((other) => other.metadata.deletionTimestamp === undefined && isOlder(other, self));
}

function isOlder(a: Resource, b: Resource): boolean {
  const [left, right] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  if (left !== right) return left < right;
  return a.metadata.uid < b.metadata.uid;
}

export function describeAhead(self: Resource, ahead: Resource): string {
  const name =
    ahead.metadata.namespace === self.metadata.namespace
      ? `${ahead.kind} ${keyOf(ahead)}`
      : `a ${ahead.kind} elsewhere`;
  const { intent, runId } = runStatusOf(ahead);
  if (!intent) return `${name} is older and goes first`;
  return `${name} runs it since ${intent.at}${runId === undefined ? '' : ` (run ${runId})`}`;
}
