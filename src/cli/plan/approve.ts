import { parseDuration } from '../../api/duration.ts';
import { definitionOf } from '../../api/registry.ts';
import type { Resource } from '../../engine/resource.ts';
import { annotationOf } from '../../engine/tokens.ts';
import { sleep } from '../../ports/clock.ts';
import { type Cluster, request } from '../cluster.ts';
import { type Command, type Context, flagOf, isOn } from '../command.ts';
import { CliError } from '../failure.ts';
import { read, shortest, targetOf } from '../targets.ts';
import { planOfStatus } from './inCluster.ts';
import { PLANNED } from './load.ts';
import { showObject } from './show.ts';

const LOOK_MS = 1_000;
const KINDS = PLANNED.map(({ kind }) => kind).filter((kind) => kind !== 'SyncServer');

export const approve: Command = {
  name: 'approve',
  summary: 'Let held changes of an object go, after showing them once more',
  args: 'TYPE/NAME',
  description: `Approves exactly the changes that are shown. If they become others before the controller has them, nothing is done.
Without a terminal --yes is needed.`,
  flags: {
    yes: { short: 'y', help: 'do not ask' },
    wait: { value: 'DURATION', help: 'how long to wait for the controller to take the approval (30s; 0s: not at all)' },
  },
  examples: [
    { text: 'look and decide', line: 'kubectl sync approve job/crm-nightly' },
    { text: 'in a script that has looked already', line: 'kubectl sync approve job/crm-nightly --yes' },
  ],
  needs: ['get, patch the kinds named'],
  completes: 'object',
  async run(context, given) {
    const { terminal } = context;
    const target = targetOf(given.args, KINDS);
    const patience = waitOf(flagOf(given, 'wait') ?? '30s');
    const cluster = await context.cluster();
    const resource = await read(cluster, target);
    const planned = planOfStatus(resource);
    const what = `${shortest(resource.kind)}/${resource.metadata.name}`;
    if (planned.planId === undefined) throw new CliError(`${what}: nothing awaits approval${whyNot(planned)}`);
    const { planId: _, ...shown } = planned;
    terminal.err(showObject(terminal, shown));
    const more = resource.status?.plan?.more;
    if (more !== undefined)
      terminal.err(`  … and ${more} more changes, which status does not list: kubectl sync plan ${what} --direct\n`);
    if (!isOn(given, 'yes') && !(await agrees(context, what))) return 1;
    await request(cluster, target.definition, resource, 'approve-plan', planned.planId);
    if (patience === 0) {
      terminal.out(`${what} approved (plan ${planned.planId})\n`);
      return 0;
    }
    await untilTaken(context, cluster, resource, planned.planId, patience);
    terminal.out(`${what} approved (plan ${planned.planId}), and taken by the controller\n`);
    return 0;
  },
};

async function agrees({ terminal }: Context, what: string): Promise<boolean> {
  const answer = await terminal.ask(`Approve these changes of ${what}? [y/N] `);
  if (answer === undefined) throw new CliError('nobody can be asked here: give --yes to approve without being asked');
  if (/^y(es)?$/i.test(answer.trim())) return true;
  terminal.err('not approved; nothing was changed\n');
  return false;
}

function whyNot({ problem, steps }: ReturnType<typeof planOfStatus>): string {
  if (problem) return ` (${problem.reason}: ${problem.message})`;
  const [held] = steps;
  return held?.held === undefined ? '' : ` (${held.title} is held by ${held.held}, which an approval does not change)`;
}

/** The controller echoes what it has acted on. Throws CliError when the plan was another one by then. */
async function untilTaken(
  { clock, signal }: Context,
  cluster: Cluster,
  { kind, metadata: { name, namespace, uid } }: Resource,
  planId: string,
  patience: number,
): Promise<void> {
  const end = clock.now() + patience;
  for (;;) {
    const now = await cluster.get(definitionOf(kind)!, name, namespace);
    if (now.metadata.uid !== uid)
      throw new CliError(`${kind} ${name} was deleted and made again meanwhile; look again`);
    if (now.status?.tokens?.['approve-plan'] === planId) {
      const isOther = now.status.plan?.changes.some(({ held }) => held === 'Approval') === true;
      if (!isOther) return;
      throw new CliError(`the plan of ${name} became another one meanwhile; look again with kubectl sync plan`);
    }
    if (clock.now() >= end || signal.aborted) break;
    await sleep(clock, LOOK_MS, signal);
  }
  const annotation = `${annotationOf('approve-plan')}=${planId}`;
  throw new CliError(
    `the approval is set (${annotation}), but the controller has not taken it yet: is it running? It counts when it does`,
    signal.aborted ? 130 : 1,
  );
}

function waitOf(text: string): number {
  const ms = /^(0|(\d+(\.\d+)?(ms|s|m|h))+)$/.test(text) ? (text === '0' ? 0 : parseDuration(text)) : Number.NaN;
  if (Number.isNaN(ms)) throw new CliError(`--wait: "${text}" is no duration such as 30s or 2m`);
  return ms;
}
