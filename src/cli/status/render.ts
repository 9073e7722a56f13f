import { shortest } from '../targets.ts';
import { paint, type Terminal, type Tone } from '../terminal.ts';
import type { Health, StatusNode } from './node.ts';

const MARKS: Readonly<Record<Health, [string, Tone]>> = {
  ready: ['●', 'good'],
  progressing: ['◌', 'warn'],
  stalled: ['✗', 'bad'],
  suspended: ['‖', 'warn'],
  deleting: ['−', 'warn'],
  unknown: ['?', 'dim'],
};
const RUN_TONES: Readonly<Record<string, Tone>> = {
  Succeeded: 'good',
  Failed: 'bad',
  Running: 'warn',
  Unknown: 'warn',
};

/** The tree as people read it: a line an object, and below it what is wrong or waits. `now`: ms since the epoch. */
export function renderTree(roots: readonly StatusNode[], terminal: Terminal, now: number): string {
  const lines: string[] = [];
  const add = (node: StatusNode, first: string, rest: string) => {
    const [line, ...more] = linesOf(node, terminal, now);
    lines.push(first + line, ...more.map((text) => `${rest}${node.children.length > 0 ? '│' : ' '}    ${text}`));
    node.children.forEach((child, at) => {
      const last = at === node.children.length - 1;
      add(child, `${rest}${last ? '└─ ' : '├─ '}`, `${rest}${last ? '   ' : '│  '}`);
    });
  };
  for (const root of roots) add(root, '', '');
  return lines.length === 0 ? '' : `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function linesOf(node: StatusNode, terminal: Terminal, now: number): string[] {
  const { kind, namespace, name, manages, health, reason, message, plan, lastRun, nextRun } = node;
  if (manages === 'foreign')
    return [paint(terminal, 'dim', `○ ${shortest(kind)} "${name}" (in Sync only, id ${node.id})`)];
  const [mark, tone] = MARKS[health];
  const head =
    kind === 'SyncServer' ? `${shortest(kind)}/${name} (namespace ${namespace})` : `${shortest(kind)}/${name}`;
  const words = [
    `${paint(terminal, tone, mark)} ${head}`,
    ...(manages === 'observed' ? ['observed'] : []),
    ...(health === 'ready' ? [] : [paint(terminal, tone, reason ?? health)]),
    ...(lastRun ? [runText(lastRun, terminal, now)] : []),
    ...(nextRun === undefined ? [] : [paint(terminal, 'dim', `next ${distance(Date.parse(nextRun) - now)}`)]),
  ];
  const tells = health !== 'ready' && message !== undefined;
  return [words.join('  '), ...(tells ? [message] : []), ...(plan ? [planText(node, terminal)] : [])];
}

function planText({ kind, name, plan }: StatusNode, terminal: Terminal): string {
  const { summary, drift, needsApproval } = plan!;
  const what = needsApproval ? 'plan awaits approval' : drift ? 'changed in Sync' : 'plan, not carried out';
  const then = needsApproval ? `  (kubectl sync approve ${shortest(kind)}/${name})` : '';
  return `${paint(terminal, 'warn', `${what}: ${summary}`)}${then}`;
}

function runText(run: NonNullable<StatusNode['lastRun']>, terminal: Terminal, now: number): string {
  const { state, startTime, completionTime, recordsAffected } = run;
  const at = completionTime ?? startTime;
  const when = at === undefined ? '' : ` ${distance(Date.parse(at) - now)}`;
  const records = recordsAffected === undefined ? '' : `, ${recordsAffected} records`;
  return `${paint(terminal, RUN_TONES[state] ?? 'dim', state === 'Running' ? 'running' : `last run ${state}`)}${when}${records}`;
}

const UNITS: readonly [number, string][] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1_000, 's'],
];

/** `3h ago`, `in 5m`: the largest unit that fits, as kubectl has ages. Milliseconds from now. */
export function distance(ms: number): string {
  const [size, unit] = UNITS.find(([length]) => Math.abs(ms) >= length) ?? UNITS.at(-1)!;
  const text = `${Math.floor(Math.abs(ms) / size)}${unit}`;
  return ms < 0 ? `${text} ago` : `in ${text}`;
}
