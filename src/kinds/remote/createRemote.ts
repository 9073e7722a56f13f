import type { Glance, Remote } from '../../engine/remote.ts';
import { factOf } from '../../sync/models/wire.ts';
import { createCalls } from './calls.ts';
import { createRemoteChildren } from './children.ts';
import { baseOf, type Origin, toModel } from './convert.ts';
import type { RemoteOptions } from './options.ts';
import { createReader } from './read.ts';

/** The engine's view of one kind below one parent: the polled collection for what is there, the API for the rest. */
export function createRemote(options: RemoteOptions): Remote {
  const { clock, session, workspace, collection, api, kind, renames = {}, childRenames = {} } = options;
  const calls = createCalls(options);
  const turn = (id: string) => `${kind}/${id}`;
  // Shortly after a change of what it may refer to, a 404 may be about that.
  const isCalm = (id: string) =>
    !workspace?.changes.some((change) => change.id !== id && clock.now() - change.at < session.lagGraceMs);
  const at = (id: string) =>
    ({ lane: 'user', known: async () => (isCalm(id) ? calls.exists(id) : undefined) }) as const;

  function glance({ id, name }: { id?: string; name?: string }): Glance {
    const { listedAt } = collection;
    if (listedAt === undefined) return { state: 'unlisted' };
    const entry = id === undefined ? undefined : collection.get(id);
    const entries = id === undefined ? collection.byName(name ?? '') : entry ? [entry] : [];
    if (entries.length === 0) return { state: 'absent', listedAt };
    if (entry && options.inTurn) session.deepReads.add(turn(entry.id), options.deepReadAt);
    return { state: 'present', ids: entries.map((one) => one.id), digest: entries[0]!.digest, listedAt };
  }

  return {
    glance,
    refresh: () => calls.run(collection.refresh()),
    listed: () => calls.run(collection.listed()),
    read: createReader(options, calls),
    async create(fields) {
      const { id, entity } = await calls.run(api.create(toModel(fields, renames), { lane: 'user' }));
      calls.changed(id ?? '');
      if (id !== undefined) session.writes.note(id);
      // Where objects cannot be read back, a later update could not be told to the picture: it believes lists alone.
      if (entity && calls.readsItems()) collection.created(entity);
      return id === undefined ? {} : { id };
    },
    async update(base, changes, partial = false) {
      // What a list left out must not be sent back as if it were empty.
      const listed = (base.origin as Origin | undefined)?.listed === true;
      const alone = partial || (listed && factOf(session.client.facts, 'putStyle', kind) === 'merge');
      await calls.write(base.id, () => api.update(baseOf(base, alone), toModel(changes, renames), at(base.id)));
    },
    async delete(id) {
      await calls.run(api.delete(id, at(id)));
      session.writes.forget(id);
      collection.removed(id);
      session.deepReads.remove(turn(id));
      calls.changed(id);
    },
    ...(api.children && { children: createRemoteChildren(api.children, calls, childRenames, session.writes) }),
  };
}
