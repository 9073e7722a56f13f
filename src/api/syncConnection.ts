import { z } from 'zod';
import { AGE, conditionColumn, ID, READY, REASON, SYNCED, specColumn } from './columns.ts';
import { ownedStatusShape, type Resource } from './common.ts';
import { type Definition, type Parsed, parseResource } from './definition.ts';
import { duration } from './duration.ts';
import type { Field } from './fields.ts';
import { configMapKeyRef, secretKeyRef } from './references.ts';
import { flag, list, map, matching, name, ruled, text, time, vocabulary } from './schema.ts';
import {
  idRule,
  labels,
  local,
  neededToCreate,
  OWNED_FIELDS,
  ownedShape,
  serverBesideIdRule,
  updated,
  updatedWord,
  WORKSPACE_FIELDS,
  workspaceShape,
} from './specParts.ts';
import { CONNECTION_VERBOSITIES, METADATA_REFRESHES } from './words.ts';

/** A connection: a connector and its properties (sync-api-v2.md 3.2). */

const propertyFrom = ruled(
  z
    .object({
      property: name('The property that gets the value.', 128),
      secretKeyRef: secretKeyRef(
        'A key of a Secret. The value is sent, never read back, shown or compared.',
      ).optional(),
      configMapKeyRef: configMapKeyRef('A key of a ConfigMap.').optional(),
    })
    .meta({ description: 'A property whose value stands elsewhere.' }),
  [
    {
      rule: 'has(self.secretKeyRef) != has(self.configMapKeyRef)',
      message: 'give either secretKeyRef or configMapKeyRef, not both',
      holds: (value) => (value.secretKeyRef === undefined) !== (value.configMapKeyRef === undefined),
    },
  ],
);

const settings = z
  .object({
    metadataRefreshInterval: vocabulary('When table and column lists are read anew.', METADATA_REFRESHES).optional(),
    logfileVerbosity: vocabulary('How much the log says.', CONNECTION_VERBOSITIES).optional(),
    useCDataCallbackURL: flag("Use CData's own callback for OAuth.").optional(),
  })
  .meta({ description: 'Settings of the connection.' });

const test = z
  .object({
    onChange: flag('Test after every change that the operator makes.').optional(),
    interval: duration('Test again after this time.').optional(),
  })
  .meta({ description: 'When the operator asks Sync to test the connection. Never when absent.' });

const spec = ruled(
  z
    .object({
      ...workspaceShape,
      name: name('Name of the connection in Sync.'),
      connector: name('The connector, as Salesforce or SQLServer.', 128).optional(),
      connectorVersion: matching(
        /^[0-9A-Za-z][0-9A-Za-z._-]*$/,
        'must be a version such as 25.0.9000',
        'Version of the connector, as 25.0.9000.',
        64,
      ).optional(),
      properties: map(
        text('The value; quote numbers and booleans.', 16_384),
        256,
        'Properties of the connector. Only those given are managed. Secrets belong into propertiesFrom.',
      ).optional(),
      propertiesFrom: list(propertyFrom, 128, 'Properties from Secrets and ConfigMaps.', {
        key: 'property',
      }).optional(),
      settings: settings.optional(),
      labels: labels.optional(),
      test: test.optional(),
      ...ownedShape,
    })
    .meta({ description: 'The connection as it shall be. Only fields that are given are managed.' }),
  [
    idRule,
    serverBesideIdRule,
    ...neededToCreate(['connector']),
    {
      rule: '!has(self.properties) || !has(self.propertiesFrom) || self.propertiesFrom.all(from, !(from.property in self.properties))',
      message: 'a property stands in properties or in propertiesFrom, not in both',
      path: 'propertiesFrom',
      holds: (value) => !value.propertiesFrom?.some((from) => value.properties && from.property in value.properties),
    },
  ],
);

const lastTest = z
  .object({
    time: time('When it was tested.'),
    ok: flag('Whether it worked.'),
    message: text("Sync's words about it.", 1024).optional(),
  })
  .meta({ description: 'The last test.' });

const status = z
  .object({ ...ownedStatusShape, lastTest: lastTest.optional() })
  .meta({ description: 'What the operator knows of the connection.' });

export type SyncConnectionSpec = z.infer<typeof spec>;
export type SyncConnectionStatus = z.infer<typeof status>;
export type SyncConnection = Resource<SyncConnectionSpec, SyncConnectionStatus>;

/** Properties that hold secrets: sent, never compared, never shown. */
const SECRET_KEYS =
  /passw|passphrase|pwd|secret|token|api[ _-]?key|access[ _-]?key|private[ _-]?key|account[ _-]?key|credential|certificate|connection[ _-]?string/i;
/** Properties that say which data the connection is about: a change points jobs at other data. */
const TARGET_KEYS =
  /^(server|host|hostname|address|port|url|.*endpoint|data[ _-]?source|database|initial[ _-]?catalog|catalog|schema|instance|service[ _-]?name|sid|account|warehouse|project|project[ _-]?id|dataset|dataset[ _-]?id|bucket|container|site|organization|tenant|workspace|folder|directory|path|uri|region)$/i;

export const FIELDS: readonly Field[] = [
  ...WORKSPACE_FIELDS,
  updated('name', 'string'),
  { path: 'connector', change: 'unknown', equality: 'vocabulary', destructive: true },
  { path: 'connectorVersion', change: 'unknown', equality: 'string' },
  { path: 'properties.*', change: 'writeOnly', equality: 'string', keys: SECRET_KEYS },
  { ...updated('properties.*', 'string', true), keys: TARGET_KEYS },
  updated('properties.*', 'string'),
  local('propertiesFrom[].property'),
  { path: 'propertiesFrom[].secretKeyRef', change: 'writeOnly', equality: 'reference' },
  updated('propertiesFrom[].configMapKeyRef', 'reference'),
  updatedWord('settings.metadataRefreshInterval', METADATA_REFRESHES),
  updatedWord('settings.logfileVerbosity', CONNECTION_VERBOSITIES),
  updated('settings.useCDataCallbackURL', 'boolean'),
  { path: 'labels', change: 'unknown', equality: 'set' },
  local('test.onChange', 'boolean'),
  local('test.interval'),
  ...OWNED_FIELDS,
];

export const SYNC_CONNECTION: Definition<SyncConnectionSpec, SyncConnectionStatus> = {
  kind: 'SyncConnection',
  plural: 'syncconnections',
  shortNames: ['sconn'],
  description: 'A connection of CData Sync: a connector and its properties, which jobs read from and write to.',
  spec,
  status,
  columns: [
    READY,
    REASON,
    SYNCED,
    conditionColumn('Tested', 'Tested', 'Whether the last test of the connection worked.'),
    specColumn('Connector', 'connector', 'The connector.'),
    ID,
    AGE,
  ],
  selectableFields: ['.spec.workspaceRef.name', '.spec.connector', '.spec.name', '.status.id'],
  fields: FIELDS,
  installed: true,
};

/** Reads an object as a SyncConnection; see parseResource. */
export function parseSyncConnection(object: unknown): Parsed<SyncConnection> {
  return parseResource(SYNC_CONNECTION, object);
}
