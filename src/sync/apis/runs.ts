import type { CallArgs } from '../call.ts';
import { isObject } from '../json.ts';
import { decodeRun, type RunRecord } from '../models/records.ts';
import { type CallOptions, recordOf, type Session } from '../session.ts';

/** What can run. Every function rejects with SyncError only. */
export interface RunsApi {
  /** Starts a run; the call may stay open until the run ends, and is never repeated. The id is absent when the reply has none. */
  execute(id: string, options?: CallOptions): Promise<RunRecord>;
  status(id: string, options?: CallOptions): Promise<RunRecord>;
  /** Newest first where start times tell, else as the server gives them. */
  history(id: string, options?: CallOptions): Promise<RunRecord[]>;
}

/** The operations `<prefix>.execute`, `.status` and `.history`. */
export function createRunsApi(session: Session, prefix: string, param: string): RunsApi {
  const at = (id: string, options?: CallOptions): CallArgs => ({ ...options, params: { [param]: id } });
  const scrub = session.scrub;
  return {
    execute: async (id, options) => {
      const reply = await session.act(`${prefix}.execute`, at(id, options));
      const list = Array.isArray(reply.json) ? reply.json.find(isObject) : undefined;
      const bare = typeof reply.json === 'string' || typeof reply.json === 'number' || typeof reply.json === 'bigint';
      return decodeRun(bare ? { run_id: reply.json! } : (list ?? recordOf(reply)), session.wire, scrub, id);
    },
    status: async (id, options) => {
      const reply = await session.call(`${prefix}.status`, at(id, options));
      if (reply.json === undefined) throw session.unreadable(`${prefix}.status`, 'the reply is empty');
      const record = typeof reply.json === 'string' ? { status: reply.json } : recordOf(reply);
      return decodeRun(record, session.wire, scrub, id);
    },
    history: async (id, options) => {
      const items = await session.items(`${prefix}.history`, at(id, options));
      return newestFirst(items.filter(isObject).map((item) => decodeRun(item, session.wire, scrub, id)));
    },
  };
}

export function newestFirst(runs: RunRecord[]): RunRecord[] {
  if (!runs.every((run) => run.startedAt !== undefined)) return runs;
  return runs.toSorted((a, b) => b.startedAt! - a.startedAt!);
}

/** `<prefix>.historyEntry`. */
export async function readHistoryEntry(
  session: Session,
  operation: string,
  args: CallArgs,
  ownerId: string,
): Promise<RunRecord> {
  const reply = await session.call(operation, args);
  const record = recordOf(reply);
  if (Object.keys(record).length === 0) throw session.unreadable(operation, 'the reply is empty');
  return decodeRun(record, session.wire, session.scrub, ownerId);
}
