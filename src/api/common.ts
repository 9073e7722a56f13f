import { z } from 'zod';
import { duration } from './duration.ts';
import { choice, count, flag, list, map, name, text, time } from './schema.ts';

/** What all custom resources share and the engine needs to know: their envelope, their policies, their common status. */

export const GROUP = 'sync.cdata.com';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;

/** The part of Kubernetes' ObjectMeta that matters here. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** A custom resource as it is stored. */
export interface Resource<Spec, Status> {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: Spec;
  status?: Status;
}

// ---- policies

export const policyShape = {
  managementPolicy: choice(
    ['Enforce', 'Observe'],
    'Enforce makes Sync equal to the spec. Observe never writes, makes no claim, and reports the plan that Enforce would carry out. Built in: Enforce.',
  ).optional(),
  adoptionPolicy: choice(
    ['IfIdentical', 'Never', 'Always'],
    'What to do when an object of that name exists already: take it only when nothing would change, refuse, or take it and change it. Built in: IfIdentical.',
  ).optional(),
  changePolicy: choice(
    ['Safe', 'Automatic', 'Manual'],
    'Safe holds destructive steps until they are approved, Manual holds every step, Automatic none. Built in: Safe.',
  ).optional(),
  driftPolicy: choice(
    ['Correct', 'Report'],
    'What to do when somebody changed the object in Sync and the spec did not change. Built in: Correct.',
  ).optional(),
  deletionPolicy: choice(
    ['Retain', 'Delete'],
    'What happens to the object in Sync when this resource is deleted; Delete is itself the approval. Built in: Retain.',
  ).optional(),
  busyPolicy: choice(
    ['Wait', 'Cancel'],
    'What to do when Sync refuses a change because the object is running. Built in: Wait.',
  ).optional(),
  resyncInterval: duration(
    "How old a deep read of the object in Sync may become. When absent: the server's resyncInterval.",
  ).optional(),
};

/** Policies as written in a spec or in `defaults`: what is absent is inherited (object, workspace, server, built in). */
export type Policies = z.infer<z.ZodObject<typeof policyShape>>;

/** Policies after inheritance; `suspend` is true if the object, its workspace or its server says so. */
export type EffectivePolicies = Required<Policies> & { suspend: boolean };

/** What holds when nobody says otherwise (design §4); `resyncInterval` is the server's own default. */
export const BUILT_IN_POLICIES: Required<Policies> = {
  managementPolicy: 'Enforce',
  adoptionPolicy: 'IfIdentical',
  changePolicy: 'Safe',
  driftPolicy: 'Correct',
  deletionPolicy: 'Retain',
  busyPolicy: 'Wait',
  resyncInterval: '6h',
};

/** `defaults` of a workspace or server: policies for all that hangs below it. */
export function defaultPolicies(shape: z.ZodRawShape = policyShape) {
  return z.object(shape as typeof policyShape).meta({
    description: 'Policies for everything below; a resource that names a policy itself is not affected.',
  });
}

export const suspend = flag(
  'Make no write to Sync and start no run; status still follows. It does not stop a schedule that Sync runs by itself.',
).optional();

// ---- status

/** A condition as Kubernetes has them. */
export const condition = z
  .object({
    type: name('Type of the condition.', 64),
    status: choice(['True', 'False', 'Unknown'], 'True, False or Unknown.'),
    observedGeneration: count('The generation of the spec that it is about.').optional(),
    lastTransitionTime: time('When the status last changed.'),
    reason: name('Why, as one word; docs/reference/conditions.md lists them.', 128),
    message: text('Why, for people.', 8192),
  })
  .meta({ description: 'One aspect of the state.' });

export type Condition = z.infer<typeof condition>;

export const conditions = list(condition, 16, 'The state, aspect by aspect; Ready is the summary.', { key: 'type' });

/** What the server made of a value that it normalises; both hold as short hashes. */
const acceptedValue = z
  .object({
    want: text('Hash of what the spec says.', 64),
    got: text('Hash of what Sync made of it.', 64),
    refused: flag('Sync kept its old value; it is not sent again until the spec changes.').optional(),
  })
  .meta({ description: 'A value that Sync keeps in another form than it was written.' });

const child = z
  .object({
    id: name('Id in Sync.', 128),
    key: name('The key given in the spec, else a hash of the natural key.', 128),
    applied: text('Hash of what was last written.', 64),
    accepted: text('Hash of the same fields as Sync shows them, when it keeps them in another form.', 64).optional(),
  })
  .meta({ description: 'A task or step that this resource made or adopted.' });

export type ChildStatus = z.infer<typeof child>;

export const intent = z
  .object({
    verb: name('What is being done, as create or addTask.', 64),
    step: text('Which step of the plan.', 512).optional(),
    at: time('When it was begun.'),
    knownIds: list(
      name('An id.', 128),
      2000,
      'Ids that were there before, so that a new one can be told apart.',
    ).optional(),
    server: text('Identity of the server that the call is for.', 1024).optional(),
    expected: text('Digest of what must be there afterwards.', 128).optional(),
    done: z
      .boolean()
      .meta({ description: 'The server took the call; it does not show what came of it yet.' })
      .optional(),
  })
  .meta({ description: 'A call that was begun and whose outcome is not written down yet.' });

export type Intent = z.infer<typeof intent>;

const pending = z
  .object({
    intent: intent.optional(),
    approved: list(text('Key of a step.', 256), 2000, 'Steps that were approved and are not done yet.').optional(),
  })
  .meta({ description: 'What is under way.' });

const planChange = z
  .object({
    verb: name('What would be done, as update, addTask or recreate, and to what.', 512),
    path: text('The field, or the task or step.', 512).optional(),
    from: text('What Sync has, as text; never of a secret.', 512).optional(),
    to: text('What it would become, as text; never of a secret.', 512).optional(),
    destructive: flag('It may lose data or replication state.'),
    loss: text('What would be lost, where that is known.', 512).optional(),
    cause: text('Why: spec, drift, secret or vanished.', 64),
    held: text('Why it is not done yet.', 512).optional(),
  })
  .meta({ description: 'One change.' });

export type PlanChange = z.infer<typeof planChange>;

const plan = z
  .object({
    id: name('What approve-plan has to say to approve it.', 64),
    digest: text('Hash of the steps that are held.', 64),
    summary: text('The plan in a line.', 1024),
    changes: list(planChange, 20, 'The first changes.'),
    more: count('How many changes are not listed.').optional(),
  })
  .meta({ description: 'What is still to be done to make Sync equal to the spec; absent when nothing is.' });

export type PlanStatus = z.infer<typeof plan>;

const effectivePolicies = z
  .object({ ...policyShape, suspend: flag('Whether writes and runs are suspended.').optional() })
  .meta({ description: 'The policies in force, after inheritance.' });

/** Bookkeeping of one-shot requests: what each annotation said when it was last acted on or recorded. */
const tokensOf = text(
  'The uid of the object whose requests these are: a restored copy has another one, and acts on none of them.',
  64,
);
const tokens = map(text('The value that was seen.', 256), 16, 'One-shot requests that were seen, by annotation.');

const observed = z
  .object({
    listDigest: text('Digest of the entry in the list when the object was last read in full.', 128).optional(),
    deepTime: time('When that was.').optional(),
  })
  .meta({ description: 'What was last read from Sync.' });

/** Fields of every status. */
export const baseStatusShape = {
  observedGeneration: count('The generation of the spec that this status is about.').optional(),
  conditions: conditions.optional(),
  tokens: tokens.optional(),
  tokensOf: tokensOf.optional(),
};

/** Fields of the status of every kind that stands for an object in Sync. */
export const ownedStatusShape = {
  ...baseStatusShape,
  id: name('Id in Sync.', 128).optional(),
  owned: flag('This resource made, imported or adopted the object, and no other may manage it.').optional(),
  serverIdentity: text('The server that the id belongs to: origin, path and default workspace.', 1024).optional(),
  parentId: name('Id in Sync of the workspace that the object was made or adopted in.', 128).optional(),
  applied: map(text('A short hash.', 64), 1024, 'What was last written, path by path.').optional(),
  accepted: map(acceptedValue, 256, 'Values that Sync keeps in another form, by path.').optional(),
  children: list(child, 2000, 'Tasks or steps, in the order of the spec.').optional(),
  pending: pending.optional(),
  plan: plan.optional(),
  policies: effectivePolicies.optional(),
  observed: observed.optional(),
};

/** The common status (design §4). */
