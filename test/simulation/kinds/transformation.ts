import type { Loose } from '../../cluster/types.ts';
import { resource } from '../../support/manifests.ts';
import { idOfConnection } from './connection.ts';
import { choosePolicies } from './policies.ts';
import {
  alike,
  chooseFields,
  differingFields,
  editField,
  type FieldChoice,
  type SimKind,
  setAt,
  valueAt,
} from './simKind.ts';
import { idOfWorkspace } from './workspace.ts';

const FIELDS: readonly FieldChoice[] = [
  ['alerts.sendEmail', 'alerts.send_email', [true, false]],
  ['alerts.emailTo', 'alerts.email_to', ['a@example.com', 'b@example.com']],
  ['options.commandTimeout', 'command_timeout', [60, 600]],
  ['options.verbosity', 'verbosity', ['Info', 'Verbose']],
];
const QUERIES = ['SELECT 1', 'SELECT 2', 'DELETE FROM stage', 'CALL refresh()'];

export const TRANSFORMATION: SimKind = {
  kind: 'SyncTransformation',
  remote: 'transformation',
  make(land) {
    const { dice, wanted } = land;
    const destination = dice.pickAny([...wanted.values()].filter(({ kind }) => kind === 'SyncConnection'));
    if (!destination) return undefined;
    const name = land.newName('trans');
    const spec: Loose = {
      workspaceRef: destination.spec.workspaceRef,
      name: `Transformation ${name}`,
      type: 'SQL',
      destinationRef: { name: destination.metadata.name },
      ...(dice.chance(0.85) && { tasks: dice.some(QUERIES).map((query) => ({ query })) }),
      ...choosePolicies(dice),
    };
    for (const [path, value] of chooseFields(FIELDS, land)) setAt(spec, path, value);
    return resource('SyncTransformation', name, spec);
  },
  edit(spec, land) {
    if (spec.tasks === undefined || land.dice.chance(0.4)) return editField(spec, FIELDS, land);
    spec.tasks = land.dice.some(QUERIES).map((query) => ({ query }));
    return `tasks: ${spec.tasks.map(({ query }: Loose) => query).join(', ')}`;
  },
  tamper(item, { dice, setting }) {
    const { console } = setting.simulator;
    if (dice.chance(0.5)) {
      const query = dice.pick([...QUERIES, 'SELECT 9']);
      console.addTask(item.id, { query }, dice.between(0, item.children.length));
      return `adds ${query} to ${item.fields.name}`;
    }
    const [, path, values] = dice.pick(FIELDS);
    const value = dice.pick(values);
    console.edit('transformation', item.id, { [path]: value });
    return `sets ${path} of ${item.fields.name} to ${value}`;
  },
  byHand({ spec, metadata }, same, land) {
    const workspaceId = idOfWorkspace(land, metadata.namespace!, spec.workspaceRef.name);
    const destination = idOfConnection(land, metadata.namespace!, spec.destinationRef.name);
    const { state, console } = land.setting.simulator;
    if (workspaceId === undefined || !state.connections.has(destination ?? '')) return undefined;
    const fields = { name: spec.name, type: spec.type, destination_connection: destination! };
    const tasks = same ? (spec.tasks ?? []) : [{ query: 'SELECT 9' }];
    const item = console.createTransformation(fields, tasks, workspaceId);
    for (const [ours, theirs] of same ? FIELDS : []) {
      const value = valueAt(spec, ours);
      if (value !== undefined) console.edit('transformation', item.id, { [theirs]: value });
    }
    return item;
  },
  differences({ spec, metadata }, item, land) {
    const destination = idOfConnection(land, metadata.namespace!, spec.destinationRef.name);
    const shown = item.children.map(({ fields }) => fields.query);
    const wanted: string[] | undefined = spec.tasks?.map(({ query }: Loose) => query);
    return [
      ...differingFields(spec, item, [['name', 'name', []], ['type', 'type', []], ...FIELDS]),
      ...(destination === item.fields.destination_connection ? [] : ['destinationRef']),
      ...(wanted && !alike(wanted.join(), shown.join()) ? ['tasks'] : []),
    ];
  },
};
