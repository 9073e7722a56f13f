import { fileURLToPath } from 'node:url';
import type { ClusterMethods } from './clusterPart.ts';
import { type Case, jobName, landscape } from './landscape.ts';
import type { OperatorMethods } from './operatorPart.ts';
import { timeRawList } from './rawList.ts';
import { type Part, startPart, wallMs } from './rpc.ts';
import { type Spread, spread } from './statistics.ts';
import type { SyncMethods } from './syncPart.ts';
import type { Workshop } from './workshop.ts';

/** What one case measured. Times in ms unless the name says s, memory in MB. */
export interface Figures {
  /** From the start of the process until every cache was full, with all objects in the cluster. */
  syncedMs: number;
  /** What the API server alone takes for the list of all jobs. */
  rawListMs: number;
  /** From nothing in Sync until all is Ready. */
  allReadyS: number;
  remoteCallsAnObject: number;
  kubeWritesAnObject: number;
  /** After a restart, until every job was looked at, with nothing to change. */
  restartPassS: number;
  /** Until ten seconds later: a first pass may ask for reads that come after it. */
  restartRemoteCalls: number;
  idleCpuPercent: number;
  idleRemoteCallsAMinute: number;
  idleKubeWrites: number;
  steadyRssMb: number;
  peakRssMb: number;
  /** V8's heap in use after a full collection, at the end of the case. */
  heapMb: number;
  /** From the moment that watches show a change to the beginning of the pass, one change at a time. */
  eventToPassMs: Spread;
  /** From the change in the cluster to the PUT at the server. */
  changeToWriteMs: Spread;
  /** Objects a second when many change at once: each a read, a write, a read back and a status patch. */
  changedASecond: number;
  changeRemoteCallsAnObject: number;
  changeKubeWritesAnObject: number;
  /** CPU of the controller for each of these objects: what stays the same however busy the machine is. */
  changeCpuMsAnObject: number;
  /** The longest stall of the loop: at the start, at rest, and while many objects change. */
  stallStartMs: number;
  stallIdleMs: number;
  stallBusyMs: number;
}

const IDLE_MS = 120_000;
/** Long enough for a poll of every list and a look at the server. */
const POLL_MS = 70_000;
const SAMPLES = 200;
const SAMPLE_GAP_MS = 50;
const MOST_CHANGED = 5_000;
const LIMIT_MS = 30 * 60_000;

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

interface Stage {
  cluster: Part<ClusterMethods>;
  sync: Part<SyncMethods>;
  jobs: number;
}

/** For how many jobs the chart's limit of memory is meant. */
const CHART_JOBS = 10_000;
/** What Node takes in a container of 1.5 GiB: for more jobs than that. */
const LARGE_HEAP = '--max-old-space-size=768';

/** Runs one case from an empty Sync server to the end, in processes of their own. Rejects when something does not converge. */
export async function measure(wanted: Case, workshop: Workshop): Promise<Figures> {
  const { cert, key } = workshop;
  const sync = await startPart<SyncMethods>(script('syncPart.ts'), [cert, key, String(wanted.latencyMs)]);
  const cluster = await startPart<ClusterMethods>(
    script(wanted.real ? 'realClusterPart.ts' : 'clusterPart.ts'),
    wanted.real ? [] : [cert, key],
  );
  const stage: Stage = { cluster, sync, jobs: wanted.jobs };
  const parts: { end(): Promise<void> }[] = [cluster, sync];
  try {
    const { url, ca, token } = await cluster.call('about');
    const flags = [...workshop.flags, wanted.jobs > CHART_JOBS ? LARGE_HEAP : workshop.heapFlag];
    const operator = () => startPart<OperatorMethods>(workshop.operator, [url, ca, token], flags, workshop.env);
    const about = await sync.call('about');
    const manifests = landscape(wanted, { ...about, ca: workshop.ca });
    for (let at = 0; at < manifests.length; at += 1_000) await cluster.call('create', manifests.slice(at, at + 1_000));
    await cluster.call('writes');
    const first = await operator();
    parts.push(first);
    const creation = await create(stage);
    await first.end();
    parts.pop();
    const rawListMs = await timeRawList({ url, ca, token });
    const second = await operator();
    parts.push(second);
    const restart = await lookAgain(stage, second);
    const idle = await rest(stage, second);
    const latency = await changeOneByOne(stage, second);
    const busy = await changeMany(stage, second);
    return { ...creation, rawListMs, ...restart, ...idle, ...latency, ...busy, heapMb: await second.call('heap') };
  } finally {
    for (const part of parts.reverse()) await part.end();
  }
}

async function create({ cluster, sync, jobs }: Stage) {
  const began = wallMs();
  await until(async () => (await cluster.call('ready', 'SyncJob')) === jobs, cluster, 200);
  const allReadyS = (wallMs() - began) / 1_000;
  const made = await sync.call('jobs');
  if (made !== jobs) throw new Error(`${made} jobs in Sync instead of ${jobs}`);
  const remoteCallsAnObject = (await sync.call('calls')) / jobs;
  const kubeWritesAnObject = (await cluster.call('writes')).length / jobs;
  return { allReadyS, remoteCallsAnObject, kubeWritesAnObject };
}

async function lookAgain({ cluster, sync, jobs }: Stage, operator: Part<OperatorMethods>) {
  const synced = await operator.call('synced');
  const began = wallMs();
  await until(async () => (await operator.call('looked', 'SyncJob')) >= jobs, cluster, 20);
  const restartPassS = (wallMs() - began) / 1_000;
  await operator.call('passes');
  // Until the last of the start is done.
  await sleep(10_000);
  const stallStartMs = await operator.call('stall');
  return { syncedMs: synced, restartPassS, restartRemoteCalls: await sync.call('calls'), stallStartMs };
}

async function rest({ cluster, sync }: Stage, operator: Part<OperatorMethods>) {
  // What was learned of the server is written with the first look at it after the start, a minute later.
  await sleep(POLL_MS);
  const stallIdleMs = await operator.call('stall');
  await Promise.all([sync.call('calls'), cluster.call('writes'), operator.call('watchStalls', false)]);
  const before = await operator.call('usage');
  const began = wallMs();
  await sleep(IDLE_MS);
  const minutes = (wallMs() - began) / 60_000;
  const after = await operator.call('usage');
  const writes = await cluster.call('writes');
  for (const write of writes) process.stderr.write(`written at rest: ${write}\n`);
  await operator.call('watchStalls', true);
  return {
    idleCpuPercent: ((after.cpuS - before.cpuS) / (minutes * 60)) * 100,
    idleRemoteCallsAMinute: (await sync.call('calls')) / minutes,
    idleKubeWrites: writes.length,
    steadyRssMb: after.rssMb,
    peakRssMb: after.peakMb,
    stallIdleMs,
  };
}

async function changeOneByOne({ cluster, sync, jobs }: Stage, operator: Part<OperatorMethods>) {
  const ids = (await cluster.call('ids', 'SyncJob')) as Record<string, string>;
  await Promise.all([operator.call('passes'), sync.call('writes')]);
  const changed: Record<string, number> = {};
  const samples = Math.min(SAMPLES, jobs);
  for (let at = 0; at < samples; at++) {
    const name = jobName(Math.floor((at * jobs) / samples));
    Object.assign(changed, await cluster.call('change', 'SyncJob', [name], { options: { batchSize: 2_000 } }));
    await sleep(SAMPLE_GAP_MS);
  }
  const written: Record<string, number> = {};
  await until(
    async () => {
      Object.assign(written, await sync.call('writes'));
      return Object.keys(changed).every((name) => ids[name]! in written);
    },
    cluster,
    100,
  );
  const [first, shown] = await Promise.all([operator.call('passes'), cluster.call('shown')]);
  const names = Object.keys(changed);
  return {
    eventToPassMs: spread(names.map((name) => first[`SyncJob/default/${name}`]! - shown[name]!)),
    changeToWriteMs: spread(names.map((name) => written[ids[name]!]! - changed[name]!)),
  };
}

async function changeMany({ cluster, sync, jobs }: Stage, operator: Part<OperatorMethods>) {
  const count = Math.min(jobs, MOST_CHANGED);
  const names = Array.from({ length: count }, (_, at) => jobName(Math.floor((at * jobs) / count)));
  await until(async () => (await cluster.call('ready', 'SyncJob')) === jobs, cluster, 100);
  await Promise.all([sync.call('calls'), cluster.call('writes'), operator.call('stall')]);
  const before = await operator.call('usage');
  const began = wallMs();
  await cluster.call('change', 'SyncJob', names, { options: { batchSize: 3_000 } });
  await until(async () => (await cluster.call('ready', 'SyncJob')) === jobs, cluster, 100);
  const seconds = (wallMs() - began) / 1_000;
  return {
    changedASecond: count / seconds,
    changeRemoteCallsAnObject: (await sync.call('calls')) / count,
    changeKubeWritesAnObject: (await cluster.call('writes')).length / count,
    changeCpuMsAnObject: (((await operator.call('usage')).cpuS - before.cpuS) * 1_000) / count,
    stallBusyMs: await operator.call('stall'),
  };
}

async function until(holds: () => Promise<boolean>, cluster: Part<ClusterMethods>, everyMs: number): Promise<void> {
  const began = wallMs();
  while (!(await holds())) {
    if (wallMs() - began > LIMIT_MS) {
      throw new Error(`did not converge in time:\n${(await cluster.call('lagging', 'SyncJob')).join('\n')}`);
    }
    await sleep(everyMs);
  }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
