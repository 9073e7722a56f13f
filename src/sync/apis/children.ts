import type { Json } from '../../ports/json.ts';
import type { CallArgs } from '../call.ts';
import { SyncError } from '../errors.ts';
import type { Entity, EntityKind } from '../models/entity.ts';
import { factOf, seenOf } from '../models/wire.ts';
import type { CallOptions, Created, Session } from '../session.ts';

/** Ordered children of one object: tasks, steps. Every function rejects with SyncError only. */
export interface ChildrenApi {
  /** One of them in full; absent where the API has no such operation (steps). */
  get?(parentId: string, childId: string, options?: CallOptions): Promise<Entity>;
  /** In order. */
  list(parentId: string, options?: CallOptions): Promise<Entity[]>;
  /** `position` counts from 0; it is sent only to servers that show a place in their items. */
  add(parentId: string, fields: ReadonlyMap<string, Json>, position?: number, options?: CallOptions): Promise<Created>;
  update(parentId: string, base: Entity, changes: ReadonlyMap<string, Json>, options?: CallOptions): Promise<void>;
  delete(parentId: string, childId: string, options?: CallOptions): Promise<void>;
  /** `position` counts from 0; what the server counts from is the fact `positionBase`, 1 until something else was seen. */
  move(parentId: string, childId: string, position: number, options?: CallOptions): Promise<void>;
}

export interface ChildrenOf {
  kind: EntityKind;
  /** `jobs.tasks` */
  prefix: string;
  parentParam: string;
  childParam: string;
}

/** The operations `<prefix>.list`, `.add`, `.update`, `.delete` and `.move`. */
export function createChildrenApi(
  session: Session,
  { kind, prefix, parentParam, childParam }: ChildrenOf,
): ChildrenApi {
  const within = (parentId: string, options?: CallOptions) => ({ ...options, params: { [parentParam]: parentId } });
  const at = (parentId: string, childId: string, options?: CallOptions) => ({
    ...options,
    params: { [parentParam]: parentId, [childParam]: childId },
  });
  return {
    list: (parentId, options) => session.entities(kind, `${prefix}.list`, within(parentId, options)),
    add: (parentId, fields, position, options) => {
      const name = position === undefined ? undefined : knownPositionName(session, kind);
      const placed =
        name === undefined ? fields : new Map([...fields, [`extra.${name}`, wirePosition(session, position!)]]);
      return session.create(kind, `${prefix}.add`, within(parentId, options), placed);
    },
    update: (parentId, base, changes, options) =>
      session.update(kind, `${prefix}.update`, at(parentId, base.id, options), base, changes),
    delete: async (parentId, childId, options) =>
      void (await session.call(`${prefix}.delete`, at(parentId, childId, options))),
    move: (parentId, childId, position, options) =>
      move(session, kind, `${prefix}.move`, at(parentId, childId, options), wirePosition(session, position)),
  };
}

const POSITION_NAMES = ['position', 'index', 'order'];

// Section 4.3: neither the name nor the base of the target is known. A refusal of one name moves nothing, so the next is tried.
async function move(
  session: Session,
  kind: EntityKind,
  operation: string,
  args: CallArgs,
  position: number,
): Promise<void> {
  const known = knownPositionName(session, kind);
  const names = known === undefined ? POSITION_NAMES : [known];
  for (const [i, name] of names.entries()) {
    try {
      await session.call(operation, { ...args, body: { [name]: position } });
      if (known === undefined) session.learnFact(`positionName.${kind}`, name);
      return;
    } catch (error) {
      const refused =
        error instanceof SyncError && error.outcome.kind === 'http' && [400, 422].includes(error.outcome.status);
      if (!refused || i === names.length - 1) throw error;
    }
  }
}

function knownPositionName(session: Session, kind: EntityKind): string | undefined {
  const fact = factOf(session.facts(), 'positionName', kind);
  return typeof fact === 'string' ? fact : seenOf(session.wire, kind).get('position')?.name;
}

function wirePosition(session: Session, position: number): number {
  return position + (factOf(session.facts(), 'positionBase') === 0 ? 0 : 1);
}
