import type { Loose, Manifest } from '../cluster/types.ts';
import type { Kind } from '../simulator/fields.ts';
import type { Collection } from '../simulator/state.ts';
import { connection, event, job, type Meta, pipeline, transformation, user } from '../support/manifests.ts';

/** One kind of `environment` with a field of it that may be changed without loss. */
export interface KindCase {
  kind: string;
  name: string;
  /** How the simulator calls its objects. */
  item: Kind;
  collection: Collection;
  /** What the object is called in Sync. */
  label: string;
  manifest(changes?: Loose, meta?: Meta): Manifest;
  path: string;
  /** The spec with that field as first wanted, and as wanted later. */
  first: Loose;
  later: Loose;
  /** The field as the server holds it: as first wanted, as wanted later, as somebody sets it. */
  wire: { path: string; first: unknown; later: unknown; theirs: unknown };
  /** What a second resource for the same object says otherwise. */
  rival?: Loose;
}

/** The kinds that own an object, for tests that hold for every one. */
export const EVERY_KIND: readonly KindCase[] = [
  {
    kind: 'SyncConnection',
    name: 'crm',
    item: 'connection',
    collection: 'connections',
    label: 'CRM',
    manifest: connection,
    path: 'settings.logfileVerbosity',
    first: { settings: { logfileVerbosity: 'Error' } },
    later: { settings: { logfileVerbosity: 'Verbose' } },
    wire: { path: 'settings.logfile_verbosity', first: 'Error', later: 'Verbose', theirs: 'None' },
  },
  {
    kind: 'SyncJob',
    name: 'nightly',
    item: 'job',
    collection: 'jobs',
    label: 'Nightly',
    manifest: job,
    path: 'options.batchSize',
    first: { options: { batchSize: 500 } },
    later: { options: { batchSize: 600 } },
    wire: { path: 'batch_size', first: 500, later: 600, theirs: 7 },
  },
  {
    kind: 'SyncTransformation',
    name: 'daily',
    item: 'transformation',
    collection: 'transformations',
    label: 'Daily',
    manifest: transformation,
    path: 'options.commandTimeout',
    first: { options: { commandTimeout: 10 } },
    later: { options: { commandTimeout: 20 } },
    wire: { path: 'command_timeout', first: 10, later: 20, theirs: 7 },
  },
  {
    kind: 'SyncPipeline',
    name: 'morning',
    item: 'pipeline',
    collection: 'pipelines',
    label: 'Morning',
    manifest: pipeline,
    path: 'labels',
    first: { labels: ['a'] },
    later: { labels: ['a', 'b'] },
    wire: { path: 'labels', first: ['a'], later: ['a', 'b'], theirs: ['c'] },
    // A pipeline runs its own events only.
    rival: { steps: undefined },
  },
  {
    kind: 'SyncEvent',
    name: 'notify',
    item: 'event',
    collection: 'events',
    label: 'Notify',
    manifest: event,
    path: 'script',
    first: { script: '<one/>' },
    later: { script: '<two/>' },
    wire: { path: 'script', first: '<one/>', later: '<two/>', theirs: '<three/>' },
  },
  {
    kind: 'SyncUser',
    name: 'jane',
    item: 'user',
    collection: 'users',
    label: 'jane',
    manifest: user,
    path: 'emailAddress',
    first: { emailAddress: 'a@example.com' },
    later: { emailAddress: 'b@example.com' },
    wire: { path: 'email_address', first: 'a@example.com', later: 'b@example.com', theirs: 'c@example.com' },
  },
];
