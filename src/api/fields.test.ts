import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { fieldOf } from './fields.ts';
import { definitionOf, KINDS } from './registry.ts';

type Schema = {
  type?: string;
  default?: unknown;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema;
};

interface Leaf {
  path: string;
  /** The schema says a default for it, or for an object that holds it. */
  defaulted: boolean;
}

/** Every place that a user can write a value to, in the notation of the field tables. */
function leavesOf(schema: Schema, path = '', defaulted = false): Leaf[] {
  const here = defaulted || schema.default !== undefined;
  const below = (name: string) => (path === '' ? name : `${path}.${name}`);
  if (schema.properties) {
    return Object.entries(schema.properties).flatMap(([name, child]) => leavesOf(child, below(name), here));
  }
  if (schema.additionalProperties) return leavesOf(schema.additionalProperties, below('*'), here);
  if (schema.items?.properties) return leavesOf(schema.items, `${path}[]`, here);
  return [{ path, defaulted: here }];
}

/** Every node of the schema, in the notation of the field tables. */
function nodesOf(schema: Schema, path = ''): string[] {
  const below = (name: string) => (path === '' ? name : `${path}.${name}`);
  const children = Object.entries(schema.properties ?? {}).flatMap(([name, child]) => nodesOf(child, below(name)));
  const values = schema.additionalProperties ? nodesOf(schema.additionalProperties, below('*')) : [];
  const items = schema.items ? nodesOf(schema.items, `${path}[]`) : [];
  return [path, ...children, ...values, ...items];
}

const schemaOf = (type: z.ZodType) => z.toJSONSchema(type, { target: 'openapi-3.0', io: 'input' }) as Schema;

describe.each(KINDS.map((definition) => [definition.kind, definition] as const))('%s', (_, { spec, fields }) => {
  const leaves = leavesOf(schemaOf(spec));

  test('every field that a user may write has an entry', () => {
    expect(leaves.filter(({ path }) => !fieldOf(fields, path)).map(({ path }) => path)).toEqual([]);
  });

  test('every entry stands for a field', () => {
    const nodes = new Set(nodesOf(schemaOf(spec)));
    expect(fields.filter(({ path }) => !nodes.has(path)).map(({ path }) => path)).toEqual([]);
  });

  test('no entry is there twice', () => {
    const plain = fields.filter(({ keys }) => !keys).map(({ path }) => path);
    expect(plain).toEqual([...new Set(plain)]);
  });

  test('nothing that is sent to Sync has a default', () => {
    const sent = leaves.filter(({ path }) => !['local', 'fixed'].includes(fieldOf(fields, path)!.change));
    expect(sent.filter(({ defaulted }) => defaulted)).toEqual([]);
  });

  test('what recreates is destructive', () => {
    for (const { change, destructive } of fields) if (change === 'recreate') expect(destructive).toBe(true);
  });
});

describe('the entry of a path', () => {
  const job = definitionOf('SyncJob')!.fields;
  const connection = definitionOf('SyncConnection')!.fields;

  test('list indexes find the entry of the items', () => {
    expect(fieldOf(job, 'tasks[17].table')).toMatchObject({ path: 'tasks[].table', destructive: true });
  });

  test('what lies in a reference finds the reference', () => {
    expect(fieldOf(job, 'sourceRef.id')).toMatchObject({ path: 'sourceRef', equality: 'reference', destructive: true });
  });

  test('map keys with dots find their map', () => {
    expect(fieldOf(job, 'extra.options.new_flag')?.change).toBe('unknown');
    expect(fieldOf(job, 'tasks[0].extra.a.b')?.path).toBe('tasks[].extra.*');
    expect(fieldOf(connection, 'properties.Other.Thing')).toMatchObject({ change: 'update' });
  });

  test('nothing is found for what is not there', () => {
    expect(fieldOf(job, 'options')).toBeUndefined();
    expect(fieldOf(job, 'tasks')).toBeUndefined();
    expect(fieldOf(job, 'optionsX.dropTable')).toBeUndefined();
  });
});

describe('properties of a connection', () => {
  const connection = definitionOf('SyncConnection')!.fields;

  test.each(['Password', 'AuthToken', 'OAuth Client Secret', 'APIKey', 'Private Key', 'sslclientcertpassword'])(
    '%s is written and never compared',
    (name) => expect(fieldOf(connection, `properties.${name}`)?.change).toBe('writeOnly'),
  );

  test.each(['Server', 'DATABASE', 'InitialCatalog', 'Data Source', 'Schema', 'Account', 'Bucket'])(
    '%s points at other data: a change is destructive',
    (name) => expect(fieldOf(connection, `properties.${name}`)).toMatchObject({ change: 'update', destructive: true }),
  );

  test.each(['Timeout', 'Pagesize', 'Server Time Zone', 'User'])('%s is changed without ado', (name) => {
    expect(fieldOf(connection, `properties.${name}`)).toEqual({
      path: 'properties.*',
      change: 'update',
      equality: 'string',
    });
  });
});

describe('what destroys', () => {
  const destructive = (kind: string) =>
    Object.fromEntries(
      definitionOf(kind)!
        .fields.filter((field) => field.destructive)
        .map((field) => [field.path, field.destructive]),
    );

  test('in a job', () => {
    expect(destructive('SyncJob')).toEqual({
      type: true,
      sourceRef: true,
      destinationRef: true,
      'options.destinationSchema': true,
      'options.tableNamePrefix': true,
      'options.truncateTableData': 'whenTrue',
      'options.dropTable': 'whenTrue',
      'options.replicateStartDate': true,
      'tasks[].table': true,
      'tasks[].query': true,
    });
  });

  test('in the others', () => {
    expect(destructive('SyncConnection')).toEqual({ connector: true, 'properties.*': true });
    expect(destructive('SyncUser')).toEqual({ user: true, isActive: 'whenFalse' });
    expect(Object.keys(destructive('SyncPipeline'))).toEqual([
      'steps[].jobRef',
      'steps[].transformationRef',
      'steps[].eventRef',
    ]);
  });
});
