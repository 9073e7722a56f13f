import { isDeepStrictEqual } from 'node:util';
import { KINDS } from '../../api/registry.ts';
import type { PassResult } from '../../engine/pass.ts';
import { keyOf, type Resource } from '../../engine/resource.ts';
import { refOf, type Wired } from '../../engine/wakes.ts';
import { CliError, INTERRUPTED } from '../failure.ts';

/** Passes that wait for the network at one time. */
const WORKERS = 8;
/** Passes over one object: what it refers to is planned one after another, and a chain of references is short. */
const MOST_PASSES = 12;

export interface WorklistInput {
  wired: readonly Wired[];
  /** What is planned; what it needs is added. */
  selected: ReadonlySet<string>;
  signal: AbortSignal;
  /** Told after each pass how many objects have had one, and of how many. */
  progress(done: number, all: number): void;
}

export interface Worklist {
  /** Told of each status that a pass writes. */
  changed(before: Resource, after: Resource): void;
  /** Passes by kind, until none has anything new to say. Rejects with what a pass rejects with, and with CliError at Ctrl-C. */
  run(passes: ReadonlyMap<string, (key: string) => Promise<PassResult>>): Promise<void>;
}

/** Passes over objects in the order in which they depend on each other, again where what they refer to has changed. */
export function passOver({ wired, selected, signal, progress }: WorklistInput): Worklist {
  const byKind = new Map(wired.map((one) => [one.kind, one]));
  const storedAt = (ref: string): Resource | undefined => {
    const [kind, namespace, name] = ref.split('/') as [string, string, string];
    return byKind.get(kind)?.store.get(`${namespace}/${name}`);
  };
  const needed = closure(selected, storedAt, (resource) => byKind.get(resource.kind)!.references(resource));
  const pending = new Set(needed);
  const passed = new Map<string, number>();
  const { promise: stopped, reject: stop } = Promise.withResolvers<never>();
  stopped.catch(() => {});
  signal.addEventListener('abort', () => stop(new CliError('interrupted', INTERRUPTED)), { once: true });

  function again(ref: string): void {
    if (needed.has(ref) && (passed.get(ref) ?? 0) < MOST_PASSES) pending.add(ref);
  }

  async function runOne(ref: string, pass: (key: string) => Promise<PassResult>): Promise<void> {
    if (signal.aborted) throw new CliError('interrupted', INTERRUPTED);
    const resource = storedAt(ref);
    passed.set(ref, (passed.get(ref) ?? 0) + 1);
    // What is being deleted has no plan: it goes.
    if (!resource || resource.metadata.deletionTimestamp !== undefined) return;
    await Promise.race([pass(keyOf(resource)), stopped]);
    progress(passed.size, needed.size);
  }

  return {
    changed(before, after) {
      const ref = refOf(after);
      // What would be written opens the way for the rest.
      if (readyOf(after)?.reason === 'Applying') again(ref);
      if (isDeepStrictEqual(usedByOthers(before), usedByOthers(after))) return;
      for (const { store } of wired) for (const referrer of store.byIndex('ref', ref)) again(refOf(referrer));
    },
    async run(passes) {
      while (pending.size > 0) {
        for (const { kind } of KINDS) {
          const due = [...pending].filter((ref) => ref.startsWith(`${kind}/`));
          for (const ref of due) pending.delete(ref);
          const pass = passes.get(kind);
          if (pass) await inParallel(due, (ref) => runOne(ref, pass));
        }
      }
    },
  };
}

/** What is planned, and what that refers to, however far: what has an id already is only asked for where it is a server. */
function closure(
  selected: ReadonlySet<string>,
  storedAt: (ref: string) => Resource | undefined,
  references: (resource: Resource) => string[],
): Set<string> {
  const needed = new Set(selected);
  // A set yields what is added to it meanwhile.
  const seen = new Set(selected);
  for (const ref of seen) {
    const resource = storedAt(ref);
    if (!resource) continue;
    if (resource.kind === 'SyncServer' || resource.status?.id === undefined) needed.add(ref);
    for (const other of references(resource)) seen.add(other);
  }
  return needed;
}

function usedByOthers(resource: Resource): unknown {
  const { status } = resource;
  const { identity } = (status ?? {}) as { identity?: string };
  const ready = readyOf(resource);
  const managed = status?.policies?.managementPolicy;
  return [status?.id, status?.owned, status?.serverIdentity, identity, managed, ready?.status, ready?.reason];
}

const readyOf = ({ status }: Resource) => status?.conditions?.find(({ type }) => type === 'Ready');

async function inParallel(items: readonly string[], work: (item: string) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(WORKERS, left.length) }, worker));
}
