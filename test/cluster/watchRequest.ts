import type { ServerRequest, ServerResponse } from '../support/server.ts';
import type { Form } from './accept.ts';
import type { Backend } from './crud.ts';
import type { Target } from './decode.ts';
import type { FaultState } from './faults.ts';
import { listPage } from './list.ts';
import { askedRevision, render } from './read.ts';
import { storedAs } from './registry.ts';
import type { ResourceRequest } from './requests.ts';
import { type Selection, selection } from './selectors.ts';
import { StatusError, statusOf } from './status.ts';
import { type Change, changesSince, type Entry } from './store.ts';
import { apiVersionOf, type Loose } from './types.ts';
import { openWatch, seenAs, watchLine } from './watch.ts';

/** Without timeoutSeconds the API server ends a watch after 30 to 60 minutes. */
const MIN_TIMEOUT_MS = 30 * 60_000;

/** GET with watch=true. @throws StatusError 400, 410 (where faults say so) */
export function getWatch(
  backend: Backend,
  { target, query, info }: ResourceRequest,
  form: Form,
  faults: FaultState,
  request: ServerRequest,
): ServerResponse {
  const { store, clock, random } = backend;
  const table = store.table(storedAs(backend.registry, target.type));
  const selected = selection(query, target.type, target.version);
  const match = matcher(target, selected);
  const include = query.get('includeObject') ?? 'Metadata';
  const plain = form === 'object' && !target.version.fromStored;
  const line = (change: Change): Uint8Array | undefined => {
    const what = seenAs(change, match);
    if (!what) return undefined;
    const make = () => watchLine(what, render(backend, target, change.entry, form, include));
    if (!plain || what !== change.type) return make();
    change.line ??= make();
    return change.line;
  };

  const asked = askedRevision(query);
  const heldAt = faults.frozenAt(info);
  const bookmarks = query.get('allowWatchBookmarks') === 'true';
  const first: Uint8Array[] = [];
  let missed: Change[] = [];
  try {
    if (asked === '' || asked === '0' || query.get('sendInitialEvents') === 'true') {
      const at = asked === '' ? undefined : heldAt;
      const page = listPage(table, {
        ...(match ? { match: (entry: Entry) => match(entry.object) } : {}),
        ...(at ? { at } : {}),
      });
      for (const entry of page.entries) first.push(watchLine('ADDED', render(backend, target, entry, form, include)));
      if (at !== undefined) missed = changesSince(table, at);
      if (query.get('sendInitialEvents') === 'true') first.push(bookmark(target, at ?? store.revision, form, true));
    } else missed = changesSince(table, Number(asked));
  } catch (error) {
    if (!(error instanceof StatusError) || faults.expiredAs === 'status') throw error;
    return stream(once(watchLine('ERROR', JSON.stringify(statusOf(error)))));
  }

  const seconds = Number(query.get('timeoutSeconds') ?? 0);
  return stream(
    openWatch({
      clock,
      table,
      first,
      missed,
      line,
      bookmark: bookmarks
        ? () => (faults.dropBookmarks ? undefined : bookmark(target, store.revision, form, false))
        : undefined,
      timeoutMs: seconds > 0 ? seconds * 1000 : MIN_TIMEOUT_MS * (1 + random.next()),
      signal: request.signal,
      request: info,
      heldAt,
      opened: faults.opened,
    }),
  );
}

function matcher({ namespace, name }: Target, selected: Selection): Selection['match'] {
  if (namespace === undefined && name === undefined) return selected.match;
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (name === undefined || object.metadata.name === name) &&
    (selected.match?.(object) ?? true);
}

function bookmark({ type, version }: Target, revision: number, form: Form, initial: boolean): Uint8Array {
  const annotations = initial ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
  const metadata: Loose = { resourceVersion: String(revision), ...annotations, creationTimestamp: null };
  const shape =
    form === 'table'
      ? {
          kind: 'Table',
          apiVersion: 'meta.k8s.io/v1',
          metadata: { resourceVersion: String(revision) },
          columnDefinitions: null,
          rows: [],
        }
      : form === 'metadata'
        ? { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }
        : { kind: type.kind, apiVersion: apiVersionOf(type.group, version.name), metadata };
  return watchLine('BOOKMARK', JSON.stringify(shape));
}

async function* once(piece: Uint8Array): AsyncGenerator<Uint8Array> {
  yield piece;
}

function stream(body: AsyncIterable<Uint8Array>): ServerResponse {
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}
