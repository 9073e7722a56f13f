import { expect, test } from 'vitest';
import type { Figures } from './measure.ts';
import { miss, ROWS, table } from './report.ts';

const FIGURES: Figures = {
  syncedMs: 800,
  rawListMs: 200,
  allReadyS: 9,
  remoteCallsAnObject: 5,
  kubeWritesAnObject: 2,
  restartPassS: 0.1,
  restartRemoteCalls: 3,
  idleCpuPercent: 0.4,
  idleRemoteCallsAMinute: 40,
  idleKubeWrites: 0,
  steadyRssMb: 95,
  peakRssMb: 100,
  heapMb: 30,
  eventToPassMs: { p50: 1, p99: 4 },
  changeToWriteMs: { p50: 6, p99: 20 },
  changedASecond: 500,
  changeRemoteCallsAnObject: 3,
  changeKubeWritesAnObject: 1,
  changeCpuMsAnObject: 1,
  stallStartMs: 30,
  stallIdleMs: 10,
  stallBusyMs: 60,
};
const CASE = { workspaces: 1, latencyMs: 0, real: false };
const at = (jobs: number, figures: Partial<Figures> = {}) => ({ ...CASE, jobs, figures: { ...FIGURES, ...figures } });
const named = (name: string) => ROWS.find((row) => row.name.startsWith(name))!;

test('a figure meets its target, or misses it by a factor', () => {
  expect(miss(named('steady RSS'), at(1_000))).toBe(1);
  expect(miss(named('start of the process'), at(1_000))).toBe(2);
  expect(miss(named('start of the process'), at(10_000))).toBe(0.8);
  expect(miss(named('… calls'), at(1_000))).toBe(3_000 / 2_000);
  expect(miss(named('all Ready'), at(1_000))).toBeUndefined();
});

test('calls a second are a matter of the controller only where nothing else binds', () => {
  for (const bound of [{ latencyMs: 40 }, { real: true }]) {
    expect(miss(named('… calls'), { ...at(1_000), ...bound })).toBeUndefined();
    expect(miss(named('steady RSS'), { ...at(1_000), ...bound })).toBe(1);
  }
});

test('one write at rest is a miss, however few are wanted', () => {
  expect(miss(named('idle Kubernetes'), at(1_000, { idleKubeWrites: 1 }))).toBe(Number.POSITIVE_INFINITY);
});

test('the table marks what misses, and by more than a factor of two', () => {
  const text = table([at(1_000, { stallBusyMs: 250 })]);
  expect(text).toContain('| steady RSS, MB | 95.0 (95) |');
  expect(text).toContain('| start of the process to caches synced, s | ~ 0.80 (0.4) |');
  expect(text).toContain('| longest stall of the loop while many change, ms | **✗** 250 (100) |');
});
