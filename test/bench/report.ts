import type { ClientMethods } from './clientPart.ts';
import type { Case } from './landscape.ts';
import type { Figures } from './measure.ts';

export interface Measured extends Case {
  figures: Figures;
}

export type ClientFigures = Awaited<ReturnType<ClientMethods['measure']>>;

interface Row {
  name: string;
  show(figures: Figures): string;
  value(figures: Figures): number;
  /** What is wanted at 1k, 10k and 100k objects; absent: reported only. */
  target?: readonly [number, number, number];
  /** More is better. */
  more?: boolean;
  /** Which cases the target is for; absent: all. */
  isFor?(one: Case): boolean;
}

const whole = (value: number) => value.toFixed(0);
const fine = (value: number) => (value >= 100 ? whole(value) : value.toFixed(value >= 10 ? 1 : 2));

const row = (
  name: string,
  value: Row['value'],
  unit: string,
  target?: Row['target'],
  more: Partial<Pick<Row, 'more' | 'isFor'>> = {},
): Row => ({
  name: unit === '' ? name : `${name}, ${unit}`,
  value,
  show: (figures) => fine(value(figures)),
  ...(target && { target }),
  ...more,
});

/** A server that takes its time, and an API server that writes to a disk, bind before the controller does. */
const unbound = ({ latencyMs, real }: Case) => latencyMs === 0 && !real;

/** A real API server takes longer for the list alone than the target allows: the row below says how long. */
const listsAtOnce = ({ real }: Case) => !real;

/** The rows of the table, with the targets for two cores over loopback. */
export const ROWS: readonly Row[] = [
  row('start of the process to caches synced', (f) => f.syncedMs / 1_000, 's', [0.4, 1, 6], { isFor: listsAtOnce }),
  row('… the list of all jobs by the API server alone', (f) => f.rawListMs / 1_000, 's'),
  row('all Ready from nothing', (f) => f.allReadyS, 's'),
  row('… remote calls an object', (f) => f.remoteCallsAnObject, ''),
  row('… Kubernetes writes an object', (f) => f.kubeWritesAnObject, ''),
  row('first pass after a restart, nothing to change', (f) => f.restartPassS, 's', [0.2, 0.6, 5]),
  row('… remote calls in all', (f) => f.restartRemoteCalls, ''),
  row('steady RSS', (f) => f.steadyRssMb, 'MB', [95, 130, 400]),
  row('peak RSS', (f) => f.peakRssMb, 'MB', [110, 160, 500]),
  row('heap in use after a collection', (f) => f.heapMb, 'MB'),
  row('idle CPU', (f) => f.idleCpuPercent, '% of a core', [0.5, 2, 15]),
  row('idle remote calls', (f) => f.idleRemoteCallsAMinute, 'a minute'),
  row('idle Kubernetes writes but leases', (f) => f.idleKubeWrites, 'in two minutes', [0, 0, 0]),
  row('watch event to pass, p50', (f) => f.eventToPassMs.p50, 'ms', [1, 1, 2]),
  row('watch event to pass, p99', (f) => f.eventToPassMs.p99, 'ms', [5, 5, 10]),
  row('spec change to remote write, p50', (f) => f.changeToWriteMs.p50, 'ms'),
  row('spec change to remote write, p99', (f) => f.changeToWriteMs.p99, 'ms'),
  row('changed objects', (f) => f.changedASecond, 'a second'),
  row('… remote calls an object', (f) => f.changeRemoteCallsAnObject, ''),
  row('… Kubernetes writes an object', (f) => f.changeKubeWritesAnObject, '', [1, 1, 1]),
  row('… CPU of the controller an object', (f) => f.changeCpuMsAnObject, 'ms'),
  row(
    '… calls',
    (f) => f.changedASecond * (f.changeRemoteCallsAnObject + f.changeKubeWritesAnObject),
    'a second',
    [3_000, 3_000, 3_000],
    { more: true, isFor: unbound },
  ),
  row('longest stall of the loop at the start', (f) => f.stallStartMs, 'ms', [100, 100, 200]),
  row('longest stall of the loop at rest', (f) => f.stallIdleMs, 'ms', [100, 100, 200]),
  row('longest stall of the loop while many change', (f) => f.stallBusyMs, 'ms', [100, 100, 200]),
];

/** Index into a row's targets for so many objects. */
const size = (jobs: number) => (jobs <= 1_000 ? 0 : jobs <= 10_000 ? 1 : 2);

/** By how much a figure misses its target; at most 1: it meets it. */
export function miss(one: Row, measured: Measured): number | undefined {
  const target = one.target?.[size(measured.jobs)];
  if (target === undefined || one.isFor?.(measured) === false) return undefined;
  const value = one.value(measured.figures);
  if (target === 0) return value === 0 ? 1 : Number.POSITIVE_INFINITY;
  return one.more ? target / value : value / target;
}

/** What a case is about, in words. */
export const title = ({ jobs, workspaces, latencyMs, real }: Case): string =>
  `${jobs.toLocaleString('en')} jobs, ${workspaces} ws, ${latencyMs} ms${real ? ', real API server' : ''}`;

/** A table in Markdown, one column a case; a target beside each figure that has one. */
export function table(measured: readonly Measured[]): string {
  const lines = [
    `| | ${measured.map(title).join(' | ')} |`,
    `| --- | ${measured.map(() => '---:').join(' | ')} |`,
    ...ROWS.map((one) => `| ${one.name} | ${measured.map((each) => cell(one, each)).join(' | ')} |`),
  ];
  return lines.join('\n');
}

function cell(one: Row, measured: Measured): string {
  const { figures, jobs } = measured;
  const missed = miss(one, measured);
  if (missed === undefined) return one.show(figures);
  const mark = missed > 2 ? '**✗** ' : missed > 1 ? '~ ' : '';
  return `${mark}${one.show(figures)} (${one.target![size(jobs)]})`;
}

/** The client library alone, in words. */
export function clientTable(jobs: number, { listMs, create, get, put }: ClientFigures): string {
  const line = (name: string, { aSecond, cpuUsACall }: ClientFigures['get']) =>
    `| ${name} | ${whole(aSecond)} | ${whole(cpuUsACall)} |`;
  return [
    `| client library alone | calls a second | CPU a call, µs |`,
    `| --- | ---: | ---: |`,
    line('create a job', create),
    line('read a job', get),
    line('update a job', put),
    '',
    `One list of ${jobs.toLocaleString('en')} jobs: ${whole(listMs)} ms.`,
  ].join('\n');
}
