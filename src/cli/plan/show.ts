import { shortest } from '../targets.ts';
import { paint, type Terminal, type Tone } from '../terminal.ts';
import type { PlanDocument, PlannedObject, PlannedStep } from './model.ts';

/** A plan for people: a heading an object, a line a step, a line a change, and what it comes to. Objects without any are left out. */
export function showPlan(terminal: Terminal, { objects, summary }: PlanDocument): string {
  const shown = objects.filter(({ action }) => action !== 'none');
  return [...shown.map((object) => showObject(terminal, object)), `${totals(summary)}\n`].join('\n');
}

/** One object with all of its steps. */
export function showObject(terminal: Terminal, object: PlannedObject): string {
  const { kind, namespace, name, remoteName, action, source, problem, steps, planId } = object;
  const called = remoteName === undefined || remoteName === name ? '' : ` "${remoteName}"`;
  const from = source === undefined ? '' : paint(terminal, 'dim', `  ${source}`);
  const head = `${paint(terminal, 'bold', `${kind} ${namespace}/${name}`)}${called}: ${paint(terminal, TONES[action], WORDS[action])}${from}`;
  return `${[
    head,
    ...steps.flatMap((step) => showStep(terminal, step)),
    ...(problem ? [`  ${paint(terminal, 'bad', '!')} ${problem.reason}: ${problem.message}`] : []),
    ...(planId === undefined ? [] : [`  approve with: kubectl sync approve ${shortest(kind)}/${name} -n ${namespace}`]),
  ].join('\n')}\n`;
}

const WORDS: Readonly<Record<PlannedObject['action'], string>> = {
  create: 'create',
  recreate: 'make again',
  update: 'update',
  adopt: 'adopt as it is',
  delete: 'delete',
  run: 'run',
  none: 'no changes',
  blocked: 'cannot be planned',
};

const TONES: Readonly<Record<PlannedObject['action'], Tone>> = {
  create: 'good',
  recreate: 'bad',
  update: 'warn',
  adopt: 'good',
  delete: 'bad',
  run: 'good',
  none: 'dim',
  blocked: 'bad',
};

const SIGNS: Readonly<Record<PlannedStep['verb'], { sign: string; tone: Tone }>> = {
  create: { sign: '+', tone: 'good' },
  addChild: { sign: '+', tone: 'good' },
  run: { sign: '+', tone: 'good' },
  update: { sign: '~', tone: 'warn' },
  updateChild: { sign: '~', tone: 'warn' },
  moveChild: { sign: '~', tone: 'warn' },
  activate: { sign: '~', tone: 'warn' },
  recreate: { sign: '±', tone: 'bad' },
  deleteChild: { sign: '-', tone: 'bad' },
  delete: { sign: '-', tone: 'bad' },
};

/** Why a step waits, for people. */
const HOLDS: Readonly<Record<NonNullable<PlannedStep['held']>, string>> = {
  Observe: 'managementPolicy is Observe',
  Suspended: 'suspended',
  AdoptionRefused: 'it is there already, and adoptionPolicy does not let it be changed',
  DriftReported: 'changed in Sync, and driftPolicy is Report',
  Contended: 'somebody else keeps changing it back',
  SuspiciousSnapshot: 'the last list lacks too much to be believed',
  Approval: 'needs approval',
  MissingReference: 'what it refers to is not there yet',
  EarlierStepHeld: 'a step before it is held',
  Blocked: 'see below',
};

function showStep(terminal: Terminal, { verb, title, destructive, cause, loss, held, changes }: PlannedStep): string[] {
  const { sign, tone } = SIGNS[verb];
  const lost = loss === undefined ? 'may lose data' : loss.startsWith('SecretsMayBeLost') ? loss : `loses ${loss}`;
  const notes = [
    ...(destructive ? [paint(terminal, 'bad', `! ${lost}`)] : []),
    ...(held ? [paint(terminal, 'warn', `(held: ${HOLDS[held]})`)] : []),
    ...(CAUSES[cause] === undefined ? [] : [paint(terminal, 'dim', `(${CAUSES[cause]})`)]),
  ];
  const head = [`  ${paint(terminal, tone, sign)} ${title}`, ...notes].join('  ');
  const width = Math.max(0, ...changes.map(({ path }) => path.length));
  const isNew = verb === 'create' || verb === 'addChild';
  const lines = changes.map(({ path, from, to, destructive: risky }) => {
    const value = isNew ? (to ?? '(null)') : `${from ?? '(not known)'} → ${to ?? '(not set)'}`;
    return `      ${path.padEnd(width)}  ${to === '(secret)' && from === undefined ? to : value}${risky ? paint(terminal, 'bad', '  !') : ''}`;
  });
  return [head, ...lines];
}

const CAUSES: Readonly<Partial<Record<PlannedStep['cause'], string>>> = {
  drift: 'changed in Sync',
  secret: 'its Secret changed',
  vanished: 'gone from Sync',
};

function totals(summary: PlanDocument['summary']): string {
  const parts = [
    [summary.create, 'to create'],
    [summary.update, 'to update'],
    [summary.recreate, 'to make again'],
    [summary.adopt, 'to adopt'],
    [summary.delete, 'to delete'],
    [summary.run, 'to run'],
    [summary.blocked, 'that cannot be planned'],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`);
  const steps = [
    ...(summary.held > 0 ? [`${summary.held} held`] : []),
    ...(summary.destructive > 0 ? [`${summary.destructive} that may lose something`] : []),
  ];
  const held = steps.length > 0 ? ` Steps: ${steps.join(', ')}.` : '';
  const unchanged = `${summary.unchanged} unchanged`;
  if (told.length === 0) return `No changes: ${unchanged}.`;
  return `Plan: ${[...told, unchanged].join(', ')}.${held}`;
}
