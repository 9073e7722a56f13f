import type { Loose, Manifest } from '../../cluster/types.ts';
import { resource } from '../../support/manifests.ts';
import type { Land } from '../land.ts';
import { choosePolicies } from './policies.ts';
import { chooseFields, differingFields, editField, type FieldChoice, type SimKind, setAt, valueAt } from './simKind.ts';
import { idOfWorkspace } from './workspace.ts';

const FIELDS: readonly FieldChoice[] = [['schedule.enabled', 'schedule.enabled', [true, false]]];
const CRON: FieldChoice = ['schedule.cron', 'schedule.cron', []];
const CRONS = ['0 */9 * * * *', '0 0 * * * *'];
const RARE_CRON = '0 0 4 1 7 *';
const LABELS = ['red', 'blue', 'green'];
/** What a step names, and its kind. */
export const STEP_KINDS = [
  ['jobRef', 'SyncJob'],
  ['transformationRef', 'SyncTransformation'],
  ['eventRef', 'SyncEvent'],
] as const;

export const PIPELINE: SimKind = {
  kind: 'SyncPipeline',
  remote: 'pipeline',
  make(land) {
    const { dice } = land;
    const workspace = dice.pickAny([...land.wanted.values()].filter(({ kind }) => kind === 'SyncJob'))?.spec
      .workspaceRef.name;
    const name = land.newName('pipe');
    const spec: Loose = {
      workspaceRef: { name: workspace ?? dice.pick(land.names('SyncWorkspace')) },
      name: `Pipeline ${name}`,
      ...(dice.chance(0.2) && { labels: dice.some(LABELS) }),
      ...(dice.chance(0.2) && { deleteContents: true }),
      ...choosePolicies(dice),
    };
    if (dice.chance(0.85)) spec.steps = dice.some(stepsOf(spec, land));
    for (const [path, value] of chooseFields(FIELDS, land)) setAt(spec, path, value);
    if (spec.schedule?.enabled) spec.schedule.cron = land.quiet ? RARE_CRON : dice.pick(CRONS);
    return resource('SyncPipeline', name, spec);
  },
  edit(spec, land) {
    const { dice } = land;
    if (spec.steps === undefined || dice.chance(0.3)) {
      const what = editField(spec, FIELDS, land);
      if (spec.schedule?.enabled) spec.schedule.cron ??= land.quiet ? RARE_CRON : dice.pick(CRONS);
      return what;
    }
    spec.steps = dice.some(stepsOf(spec, land));
    return `steps: ${spec.steps.map(nameOfStep).join(', ')}`;
  },
  tamper(item, { dice, setting }) {
    const { console, state } = setting.simulator;
    const step = dice.pickAny(item.children);
    const target = dice.pickAny([...state.jobs.values()].filter(({ parentId }) => parentId === item.parentId));
    switch (dice.between(0, step ? 3 : 1)) {
      case 0: {
        const labels = dice.some(LABELS);
        console.edit('pipeline', item.id, { labels });
        return `sets labels of ${item.fields.name} to ${labels}`;
      }
      case 1:
        if (!target) return `looks at ${item.fields.name}`;
        console.addTask(item.id, { reference: target.id }, dice.between(0, item.children.length));
        return `adds a step for ${target.fields.name} to ${item.fields.name}`;
      case 2:
        console.removeTask(item.id, step!.id);
        return `removes a step of ${item.fields.name}`;
      default:
        console.moveTask(item.id, step!.id, dice.between(0, item.children.length - 1));
        return `moves a step of ${item.fields.name}`;
    }
  },
  byHand({ spec, metadata }, same, land) {
    const workspaceId = idOfWorkspace(land, metadata.namespace!, spec.workspaceRef.name);
    if (workspaceId === undefined) return undefined;
    const ids: unknown[] = (spec.steps ?? []).map((step: Loose) => idOfStep(land, metadata.namespace!, step));
    if (same && ids.some((id) => id === undefined)) return undefined;
    const steps = same ? ids.map((reference) => ({ reference: reference as string })) : [];
    const { console } = land.setting.simulator;
    const item = console.createPipeline({ name: spec.name, labels: spec.labels ?? [] }, steps, workspaceId);
    for (const [ours, theirs] of same ? [...FIELDS, CRON] : []) {
      const value = valueAt(spec, ours);
      if (value !== undefined) console.edit('pipeline', item.id, { [theirs]: value });
    }
    return item;
  },
  differences({ spec, metadata }, item, land) {
    const wanted: unknown[] | undefined = spec.steps?.map((step: Loose) => idOfStep(land, metadata.namespace!, step));
    const shown = item.children.map(({ fields }) => fields.reference);
    return [
      ...differingFields(spec, item, [['name', 'name', []], CRON, ...FIELDS]),
      ...(wanted && wanted.join() !== shown.join() ? ['steps'] : []),
      ...(spec.labels && !sameSet(spec.labels, item.fields.labels) ? ['labels'] : []),
    ];
  },
};

/** Every step that a pipeline of this spec could have, once. */
function stepsOf(spec: Loose, { wanted }: Land): Loose[] {
  return [...wanted.values()].flatMap(({ kind, metadata, spec: other }) => {
    const [path] = STEP_KINDS.find(([, one]) => one === kind) ?? [];
    if (path === undefined || other.workspaceRef?.name !== spec.workspaceRef.name) return [];
    return [{ [path]: { name: metadata.name } }];
  });
}

function nameOfStep(step: Loose): string {
  return Object.values(step as Record<string, { name: string }>)[0]!.name;
}

/** The id of what a step runs, while its resource knows it. */
function idOfStep({ setting }: Land, namespace: string, step: Loose): string | undefined {
  const [path, kind] = STEP_KINDS.find(([one]) => step[one] !== undefined)!;
  return setting.mirror.get(kind, namespace, step[path].name)?.status?.id;
}

/** The object that a reference by name stands for, while its resource knows its id. */
export function idOfPipeline({ setting }: Land, namespace: string, name: string): string | undefined {
  return setting.mirror.get('SyncPipeline', namespace, name)?.status?.id;
}

export function sameSet(a: unknown, b: unknown): boolean {
  const sorted = (of: unknown) => [...((of ?? []) as string[])].sort().join();
  return sorted(a) === sorted(b);
}

/** Whether a step of the pipeline names the event. */
export function runsEvent({ spec }: Manifest, event: string): boolean {
  return (spec.steps ?? []).some(({ eventRef }: Loose) => eventRef?.name === event);
}
