import { pick } from '../examples.ts';
import type { Step } from '../step.ts';

const OURS = ['SyncServer', 'SyncWorkspace', 'SyncConnection', 'SyncJob'];

export const create: Step = {
  title: 'Manifests become objects in Sync',
  async run({ print, cluster, examples, simulator, inSync, untilReady, prove, writesSince }) {
    print.say('kubectl apply -f examples/basic');
    const job = pick(examples, 'SyncJob', 'crm-nightly');
    await cluster.apply(job);
    for (const { kind, metadata } of examples) if (OURS.includes(kind)) await untilReady(kind, metadata.name!);
    const rows = [['KIND', 'NAME', 'READY', 'REASON', 'ID IN SYNC']];
    for (const kind of OURS) {
      for (const { metadata, status } of await cluster.list(kind)) {
        const ready = status.conditions.find(({ type }: { type: string }) => type === 'Ready');
        rows.push([kind, metadata.name, ready.status, ready.reason, status.id ?? '–']);
      }
    }
    print.table(rows);
    prove('everything in examples/basic is Ready', true);

    const made = inSync('jobs', job.spec.name)!;
    const wanted = job.spec.tasks.map((task: { table?: string; query?: string }) => task.table ?? task.query);
    const shown = made.children.map(({ fields }) => String(fields.table ?? fields.query));
    prove(`the job is in Sync, with its tasks in order: ${shown.join(', ')}`, String(shown) === String(wanted));
    const joins = [made.fields.source_connection, made.fields.destination_connection].map(
      (id) => simulator.state.connections.get(String(id))?.fields.name,
    );
    prove(`the job goes from ${joins.join(' to ')}`, String(joins) === 'CRM,Warehouse');
    const writes = writesSince(0);
    const creates = writes.filter((write) => write.startsWith('POST'));
    const expected = simulator.state.connections.size + simulator.state.jobs.size + shown.length + 1;
    prove(`each object was made by one call (${creates.length} POSTs)`, creates.length === expected);
    prove(
      'the schedule of the job was switched on last, when all its tasks were there',
      made.fields['schedule.enabled'] === true && writes.at(-1) === 'PUT jobs.update',
    );
  },
};
