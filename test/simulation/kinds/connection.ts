import type { JsonObject } from '../../../src/ports/json.ts';
import type { Loose } from '../../cluster/types.ts';
import { resource } from '../../support/manifests.ts';
import type { Land } from '../land.ts';
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
  ['settings.metadataRefreshInterval', 'settings.metadata_refresh_interval', ['Never', 'Hourly', 'Daily']],
  ['settings.logfileVerbosity', 'settings.logfile_verbosity', ['Error', 'Info', 'Verbose']],
  ['settings.useCDataCallbackURL', 'settings.use_cdata_callback_url', [true, false]],
];
/** The second makes runs of jobs fail. */
const PROPERTIES = { Server: ['a.test', 'b.test'], User: ['ann', 'ben', 'cy'], Timeout: ['30', '60'] } as const;
const CONNECTORS = ['Salesforce', 'PostgreSQL', 'MySQL'];

export const CONNECTION: SimKind = {
  kind: 'SyncConnection',
  remote: 'connection',
  make(land) {
    const { dice } = land;
    const name = land.newName('conn');
    const spec: Loose = {
      workspaceRef: { name: dice.pick(land.names('SyncWorkspace')) },
      name: `Connection ${name}`,
      connector: dice.pick(CONNECTORS),
      properties: Object.fromEntries(dice.some(Object.entries(PROPERTIES), 1).map(([key, of]) => [key, dice.pick(of)])),
      ...(dice.chance(0.2) && { labels: dice.some(['red', 'blue', 'green']) }),
      ...(dice.chance(0.2) && { test: { onChange: true } }),
      ...choosePolicies(dice),
    };
    for (const [path, value] of chooseFields(FIELDS, land)) setAt(spec, path, value);
    if (dice.chance(0.5)) {
      const key = `${name}-password`;
      // Sometimes the Secret comes later, or never.
      if (dice.chance(0.9)) land.rotate(key);
      spec.propertiesFrom = [{ property: 'Password', secretKeyRef: { name: key, key: 'password' } }];
    }
    return resource('SyncConnection', name, spec);
  },
  edit(spec, land) {
    const { dice } = land;
    if (dice.chance(0.3)) return editField(spec, FIELDS, land);
    if (dice.chance(0.1)) {
      spec.name = `${spec.name}+`;
      return `name: ${spec.name}`;
    }
    const property = dice.pick(Object.keys(PROPERTIES) as (keyof typeof PROPERTIES)[]);
    spec.properties ??= {};
    spec.properties[property] = dice.pick(PROPERTIES[property].filter((one) => one !== spec.properties[property]));
    return `properties.${property}: ${spec.properties[property]}`;
  },
  tamper(item, { dice, setting }) {
    const { console } = setting.simulator;
    if (dice.chance(0.3)) {
      const [, path, values] = dice.pick(FIELDS);
      const value = dice.pick(values);
      console.edit('connection', item.id, { [path]: value });
      return `sets ${path} of ${item.fields.name} to ${value}`;
    }
    const property = dice.pick(Object.keys(PROPERTIES) as (keyof typeof PROPERTIES)[]);
    const value = dice.pick(PROPERTIES[property]);
    console.edit('connection', item.id, { properties: { [property]: value } });
    return `sets ${property} of ${item.fields.name} to ${value}`;
  },
  byHand({ spec, metadata }, same, land) {
    const workspaceId = idOfWorkspace(land, metadata.namespace!, spec.workspaceRef.name);
    if (workspaceId === undefined) return undefined;
    const properties = { ...spec.properties, ...(!same && { User: 'dora', Extra: 'x' }) };
    const fields = { name: spec.name, connector: spec.connector, properties, labels: spec.labels ?? [] };
    const item = land.setting.simulator.console.createConnection(fields, workspaceId);
    if (!same) return item;
    for (const [ours, theirs] of FIELDS) {
      const value = valueAt(spec, ours);
      if (value !== undefined) land.setting.simulator.console.edit('connection', item.id, { [theirs]: value });
    }
    return item;
  },
  differences({ spec, metadata, status }, item, land) {
    const properties = (item.fields.properties ?? {}) as JsonObject;
    const shown = new Map(Object.entries(properties).map(([key, value]) => [key.toLowerCase(), value]));
    const wrong = Object.entries(spec.properties ?? {})
      .filter(([key, want]) => !alike(want, shown.get(key.toLowerCase())))
      .map(([key]) => `properties.${key}`);
    const baseline = land.baselines.get(metadata.uid) ?? 0;
    const secrets = (spec.propertiesFrom ?? []).filter(({ property, secretKeyRef }: Loose) => {
      const secret = land.secrets.get(secretKeyRef.name);
      return status.owned && secret && secret.since > baseline && shown.get(property.toLowerCase()) !== secret.value;
    });
    const labels = (of: unknown) => [...((of ?? []) as string[])].sort().join();
    return [
      ...differingFields(spec, item, [['name', 'name', []], ['connector', 'connector', []], ...FIELDS]),
      ...wrong,
      ...secrets.map(({ property }: Loose) => `properties.${property} (secret)`),
      ...(spec.labels && labels(spec.labels) !== labels(item.fields.labels) ? ['labels'] : []),
    ];
  },
};

/** The object that a reference by name stands for, while its resource knows its id. */
export function idOfConnection({ setting }: Land, namespace: string, name: string): string | undefined {
  return setting.mirror.get('SyncConnection', namespace, name)?.status?.id;
}
