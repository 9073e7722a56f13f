import type { Loose } from '../../cluster/types.ts';
import { resource } from '../../support/manifests.ts';
import { sameSet } from './pipeline.ts';
import { choosePolicies } from './policies.ts';
import { chooseFields, differingFields, editField, type FieldChoice, type SimKind, setAt, valueAt } from './simKind.ts';

const FIELDS: readonly FieldChoice[] = [
  ['emailAddress', 'email_address', ['a@example.com', 'b@example.com']],
  ['isActive', 'is_active', [true, false]],
];
const ROLES = ['cdata_standard', 'cdata_job_creator', 'cdata_support'];

/** Users besides the first one, whose token the operator has: nobody touches that. */
export const USER: SimKind = {
  kind: 'SyncUser',
  remote: 'user',
  make(land) {
    const { dice } = land;
    const name = land.newName('user');
    const spec: Loose = { serverRef: { name: 'main' }, user: name, ...choosePolicies(dice) };
    if (dice.chance(0.7)) spec.roles = dice.some(ROLES);
    for (const [path, value] of chooseFields(FIELDS, land)) setAt(spec, path, value);
    if (dice.chance(0.6)) {
      if (dice.chance(0.9)) land.rotate(`${name}-password`);
      spec.passwordSecretRef = { name: `${name}-password` };
    }
    return resource('SyncUser', name, spec);
  },
  edit(spec, land) {
    if (land.dice.chance(0.6)) return editField(spec, FIELDS, land);
    spec.roles = land.dice.some(ROLES);
    return `roles: ${spec.roles}`;
  },
  tamper(item, { dice, setting }) {
    const { console } = setting.simulator;
    if (dice.chance(0.4)) {
      const roles = dice.some(ROLES);
      console.edit('user', item.id, { roles });
      return `sets roles of ${item.fields.user} to ${roles}`;
    }
    const [, path, values] = dice.pick(FIELDS);
    const value = dice.pick(values);
    console.edit('user', item.id, { [path]: value });
    return `sets ${path} of ${item.fields.user} to ${value}`;
  },
  byHand({ spec }, same, { setting }) {
    const { console } = setting.simulator;
    if (!same) return console.createUser({ user: spec.user, roles: [], email_address: 'other@example.com' });
    const item = console.createUser({ user: spec.user, roles: spec.roles ?? [] });
    for (const [ours, theirs] of FIELDS) {
      const value = valueAt(spec, ours);
      if (value !== undefined) console.edit('user', item.id, { [theirs]: value });
    }
    return item;
  },
  differences({ spec, metadata, status }, item, land) {
    const secret = land.secrets.get(spec.passwordSecretRef?.name);
    const known = secret && status.owned && secret.since > (land.baselines.get(metadata.uid) ?? 0);
    return [
      ...differingFields(spec, item, [['user', 'user', []], ...FIELDS]),
      ...(spec.roles && !sameSet(spec.roles, item.fields.roles) ? ['roles'] : []),
      ...(known && item.fields.password !== secret.value ? ['passwordSecretRef'] : []),
    ];
  },
};
