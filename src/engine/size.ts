import { settledAlready } from './finalizers.ts';
import type { GatheredPass } from './pass.ts';
import { rememberedKey } from './planChildren.ts';

/** etcd takes 1.5 MiB an object, and kubectl and Argo CD keep a copy of the spec in an annotation. Bytes, encoded. */
const SPEC_MOST = 700 * 1024;
const STATUS_MOST = 300 * 1024;
/** Of what a status holds beside its children: conditions, plan, runs, hashes. */
const STATUS_REST = 60 * 1024;
/** Quotes, names and hashes around one remembered child, and the longest id seen. */
const CHILD_REST = 100;

/** What is wrong with the size of a resource; checked once for each generation of the spec. */
export function sizeProblem(pass: GatheredPass): string | undefined {
  const { resource, gathered, memory } = pass;
  const { generation } = resource.metadata;
  if (memory.sizedGeneration === generation || settledAlready(pass)) return undefined;
  const spec = Buffer.byteLength(JSON.stringify(resource.spec));
  if (spec > SPEC_MOST) return `the spec has ${kib(spec)}, at most ${kib(SPEC_MOST)} can be kept; split the object`;
  const children = gathered.desired.children ?? [];
  let status = STATUS_REST;
  for (const child of children) status += Buffer.byteLength(rememberedKey(child)) + CHILD_REST;
  if (status <= STATUS_MOST) {
    memory.sizedGeneration = generation;
    return undefined;
  }
  return `the status of ${children.length} items would need ${kib(status)}, at most ${kib(STATUS_MOST)} can be kept; use shorter keys or split the object`;
}

function kib(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KiB`;
}
