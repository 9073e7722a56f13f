import type { Loose } from '../../cluster/types.ts';
import { resource } from '../../support/manifests.ts';
import { idOfConnection } from './connection.ts';
import { choosePolicies } from './policies.ts';
import { chooseFields, differingFields, editField, type FieldChoice, type SimKind, setAt, valueAt } from './simKind.ts';
import { idOfWorkspace } from './workspace.ts';

const FIELDS: readonly FieldChoice[] = [
  ['schedule.enabled', 'schedule.enabled', [true, false]],
  ['alerts.sendEmail', 'alerts.send_email', [true, false]],
  ['alerts.emailTo', 'alerts.email_to', ['a@example.com', 'b@example.com']],
  ['options.workerPool', 'worker_pool', [2, 5, 9]],
  ['options.batchSize', 'batch_size', [100, 5000]],
  ['options.verbosity', 'verbosity', ['Info', 'Verbose']],
  ['options.continueOnError', 'continue_on_error', [true, false]],
  ['options.destinationSchema', 'destination_schema', ['raw', 'stage', 'mart']],
  ['options.truncateTableData', 'truncate_table_data', [true, false]],
  ['options.dropTable', 'drop_table', [true, false]],
];
const CRON: FieldChoice = ['schedule.cron', 'schedule.cron', []];
/** Often enough to be in the way of changes; or never while anybody looks. */
const CRONS = ['0 */5 * * * *', '30 */7 * * * *', '0 0 * * * *'];
const RARE_CRON = '0 0 3 1 7 *';
const TABLES = ['Accounts', 'Contacts', 'Orders', 'Leads', 'Items', 'Notes'];

export const JOB: SimKind = {
  kind: 'SyncJob',
  remote: 'job',
  make(land) {
    const { dice, wanted } = land;
    const connections = [...wanted.values()].filter(({ kind }) => kind === 'SyncConnection');
    const source = dice.pickAny(connections);
    if (!source) return undefined;
    const { workspaceRef } = source.spec;
    const near = connections.filter(({ spec }) => spec.workspaceRef.name === workspaceRef.name);
    const name = land.newName('job');
    const spec: Loose = {
      workspaceRef,
      name: `Job ${name}`,
      type: 'Standard',
      sourceRef: { name: source.metadata.name },
      destinationRef: { name: dice.pick(near).metadata.name },
      ...(dice.chance(0.85) && { tasks: dice.some(TABLES).map(taskOf) }),
      ...(dice.chance(0.2) && { tasksPolicy: 'AtLeast' }),
      ...(dice.chance(0.1) && { freshness: { maxAge: '30m' } }),
      ...choosePolicies(dice),
    };
    for (const [path, value] of chooseFields(FIELDS, land)) setAt(spec, path, value);
    if (spec.schedule?.enabled) spec.schedule.cron = land.quiet ? RARE_CRON : dice.pick(CRONS);
    return resource('SyncJob', name, spec);
  },
  edit(spec, land) {
    const { dice } = land;
    if (spec.tasks === undefined || dice.chance(0.4)) {
      const what = editField(spec, FIELDS, land);
      if (spec.schedule?.enabled) spec.schedule.cron ??= land.quiet ? RARE_CRON : dice.pick(CRONS);
      return what;
    }
    spec.tasks = dice.some(TABLES).map(taskOf);
    return `tasks: ${spec.tasks.map(({ table, query }: Loose) => table ?? query).join(', ')}`;
  },
  tamper(item, { dice, setting }) {
    const { console } = setting.simulator;
    const child = dice.pickAny(item.children);
    switch (dice.between(0, child ? 4 : 1)) {
      case 0: {
        const [, path, values] = dice.pick(FIELDS);
        const value = dice.pick(values);
        console.edit('job', item.id, { [path]: value });
        return `sets ${path} of ${item.fields.name} to ${value}`;
      }
      case 1: {
        const table = dice.pick([...TABLES, 'Extras']);
        console.addTask(item.id, { table }, dice.between(0, item.children.length));
        return `adds task ${table} to ${item.fields.name}`;
      }
      case 2:
        console.removeTask(item.id, child!.id);
        return `removes task ${child!.fields.table ?? child!.fields.query} of ${item.fields.name}`;
      case 3:
        console.moveTask(item.id, child!.id, dice.between(0, item.children.length - 1));
        return `moves task ${child!.fields.table ?? child!.fields.query} of ${item.fields.name}`;
      default:
        console.editTask(item.id, child!.id, { table: 'Elsewhere', query: '' });
        return `turns task ${child!.fields.table ?? child!.fields.query} of ${item.fields.name} into Elsewhere`;
    }
  },
  byHand({ spec, metadata }, same, land) {
    const workspaceId = idOfWorkspace(land, metadata.namespace!, spec.workspaceRef.name);
    const [source, destination] = [spec.sourceRef, spec.destinationRef].map(({ name }) =>
      idOfConnection(land, metadata.namespace!, name),
    );
    const { state, console } = land.setting.simulator;
    if (workspaceId === undefined || !state.connections.has(source ?? '') || !state.connections.has(destination ?? ''))
      return undefined;
    const fields = {
      name: spec.name,
      type: spec.type,
      source_connection: source!,
      destination_connection: destination!,
    };
    const item = console.createJob(fields, same ? (spec.tasks ?? []) : [{ table: 'Extras' }], workspaceId);
    for (const [ours, theirs] of same ? [...FIELDS, CRON] : []) {
      const value = valueAt(spec, ours);
      if (value !== undefined) console.edit('job', item.id, { [theirs]: value });
    }
    return item;
  },
  differences({ spec, metadata }, item, land) {
    const references = [
      ['sourceRef', 'source_connection'],
      ['destinationRef', 'destination_connection'],
    ].filter(([ours, theirs]) => {
      return idOfConnection(land, metadata.namespace!, spec[ours!].name) !== item.fields[theirs!];
    });
    return [
      ...differingFields(spec, item, [['name', 'name', []], ['type', 'type', []], CRON, ...FIELDS]),
      ...references.map(([ours]) => ours!),
      ...(spec.tasks &&
      !showsTasks(
        spec,
        item.children.map(({ fields }) => naturalOf(fields)),
      )
        ? ['tasks']
        : []),
    ];
  },
};

/** Every second table as a query. */
function taskOf(table: string): Loose {
  return TABLES.indexOf(table) % 2 === 0 ? { table } : { query: `REPLICATE [${table}]` };
}

/** What tells a task or step from others: the table, however it is told, or what a step runs. */
export function naturalOf({
  table,
  query,
  reference,
}: {
  table?: unknown;
  query?: unknown;
  reference?: unknown;
}): string {
  return String(reference || table || /\[(.+)\]/.exec(String(query ?? ''))?.[1] || query);
}

function showsTasks({ tasks, tasksPolicy }: Loose, shown: readonly string[]): boolean {
  const want: string[] = tasks.map(naturalOf);
  const ours = tasksPolicy === 'AtLeast' ? shown.filter((one) => want.includes(one)) : shown;
  // Of others' tasks one may bear the name of ours.
  if (tasksPolicy === 'AtLeast') return want.every((one) => shown.includes(one)) && ours.length >= want.length;
  return want.join() === ours.join();
}
