import { parseArgs } from 'node:util';
import { createPrinter } from './print.ts';
import { type Stage, setStage } from './stage.ts';
import type { Step } from './step.ts';
import { adopt } from './steps/adopt.ts';
import { approve } from './steps/approve.ts';
import { create } from './steps/create.ts';
import { drift } from './steps/drift.ts';
import { end } from './steps/end.ts';
import { observe } from './steps/observe.ts';
import { plan } from './steps/plan.ts';
import { quiet } from './steps/quiet.ts';
import { remove } from './steps/remove.ts';
import { rotate } from './steps/rotate.ts';
import { run } from './steps/run.ts';
import { runNow } from './steps/runNow.ts';

const STEPS: readonly Step[] = [plan, create, quiet, adopt, run, runNow, drift, approve, rotate, remove, observe];
const USAGE = `usage: npm run demo [-- [--keep] [--kubeconfig FILE]]

  --keep             stay up afterwards, for kubectl
  --kubeconfig FILE  a real cluster, in a namespace that is made and removed; else an in-memory API server
`;

const print = createPrinter((text) => process.stdout.write(text), process.stdout.isTTY && !process.env.NO_COLOR);

/** Plays all steps; gives the exit code. */
async function main(): Promise<number> {
  const options = { keep: { type: 'boolean' }, kubeconfig: { type: 'string' }, help: { type: 'boolean' } } as const;
  const { values } = parseArgs({ options });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  print.title('sync-operator: a demonstration');
  print.say('CData Sync is played by a simulator, which is our reading of its documentation, not CData Sync.');
  const stage = await setStage({ print, kubeconfig: values.kubeconfig });
  const leave = untilSignal();
  try {
    print.say(`Kubernetes: ${values.kubeconfig ?? 'an API server in memory'}, namespace ${stage.cluster.namespace}`);
    print.say(`Sync:       ${stage.syncUrl}/api.rsc/v2`);
    await stage.operator.start();
    const steps = values.keep ? STEPS : [...STEPS, end];
    const played = await Promise.race([play(stage, steps), leave.then(() => 'interrupted' as const)]);
    if (played === 'interrupted') return 130;
    if (played && values.keep) {
      await invite(stage);
      await leave;
    }
    return played ? 0 : 1;
  } finally {
    await stage.close();
  }
}

/** True when every step proved what it was to prove. */
async function play(stage: Stage, steps: readonly Step[]): Promise<boolean> {
  const began = performance.now();
  for (const [index, step] of steps.entries()) {
    print.step(index + 1, step.title);
    try {
      await step.run(stage);
    } catch (error) {
      print.failed(error instanceof Error ? error.message : String(error));
      await explain(stage);
      return false;
    }
  }
  print.title(`\nProved in ${Math.round((performance.now() - began) / 1000)} s:`);
  for (const proof of stage.proofs) print.proved(proof);
  return true;
}

/** What helps to see why a step failed. */
async function explain({ cluster, operator, writesSince }: Stage): Promise<void> {
  for (const kind of ['SyncServer', 'SyncWorkspace', 'SyncConnection', 'SyncJob', 'SyncRun']) {
    for (const { metadata, status } of await cluster.list(kind)) {
      print.say(`${kind} ${metadata.name}`);
      for (const { type, status: value, reason, message } of status?.conditions ?? []) {
        print.quote([`${type}=${value} ${reason}: ${message}`]);
      }
    }
  }
  print.say('changes in Sync:');
  print.quote(writesSince(0));
  print.say('the last lines of the log:');
  print.quote(operator.log().trimEnd().split('\n').slice(-15));
}

async function invite({ print, cluster, examples, kubeconfig, untilReady }: Stage): Promise<void> {
  await cluster.apply(...examples);
  await untilReady('SyncJob', 'crm-nightly').catch(() => {});
  print.title('\nStill up until Ctrl-C. In another shell:');
  print.quote([
    `export KUBECONFIG=${kubeconfig}`,
    `kubectl -n ${cluster.namespace} get sync`,
    `kubectl -n ${cluster.namespace} describe syncjob crm-nightly`,
    `kubectl -n ${cluster.namespace} patch syncjob crm-nightly --type merge -p '{"spec":{"options":{"batchSize":500}}}'`,
    `kubectl -n ${cluster.namespace} get syncjob crm-nightly -o yaml`,
    `kubectl -n ${cluster.namespace} apply -f examples/runs/run.yaml`,
    `kubectl -n ${cluster.namespace} wait --for=condition=Finished syncrun/crm-now`,
  ]);
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    print.failed(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
