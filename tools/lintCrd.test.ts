import { describe, expect, test } from 'vitest';
import { KINDS } from '../src/api/registry.ts';
import { crdOf, type Schema } from './crds.ts';
import { lintCrd } from './lintCrd.ts';
import { lintSchema } from './lintSchema.ts';

test.each(KINDS.map((definition) => [definition.kind, definition] as const))(
  '%s is structural, described and bounded',
  (_, definition) => expect(lintCrd(crdOf(definition))).toEqual([]),
);

describe('what the API server would refuse is found', () => {
  const text = { type: 'string', maxLength: 5, description: 'd' };
  const object = (properties: Record<string, Schema>, more: Schema = {}) => ({
    type: 'object',
    description: 'd',
    properties,
    ...more,
  });
  const list = (more: Schema, items: Schema = text) => ({
    ...{ type: 'array', description: 'd', maxItems: 2, items, 'x-kubernetes-list-type': 'atomic' },
    ...more,
  });

  test.each<[string, Schema]>([
    ['needs one type', { description: 'd' }],
    ['needs one type', { ...text, type: ['string', 'null'] }],
    ['has no description', { type: 'boolean' }],
    ['needs maxLength', { type: 'string', description: 'd' }],
    ['needs minimum and maximum', { type: 'integer', description: 'd', minimum: 0 }],
    ['needs maxItems', list({ maxItems: undefined })],
    ['needs maxProperties', { type: 'object', description: 'd', additionalProperties: text }],
    ['uniqueItems is not allowed', list({ uniqueItems: true })],
    ['const is not allowed', { ...text, const: 'a' }],
    ['$ref is not allowed', { $ref: '#/definitions/a', description: 'd' }],
    ['properties and additionalProperties', object({ a: text }, { additionalProperties: text, maxProperties: 2 })],
    ['would be pruned', { type: 'object', description: 'd' }],
    ['requires b', object({ a: text }, { required: ['b'] })],
    ['RE2 lacks', { ...text, pattern: '^(?!a)b$' }],
    ['RE2 lacks', { ...text, pattern: '^(?<=a)b$' }],
    ['backreference', { ...text, pattern: '(a)\\1' }],
    ['type is not allowed inside', object({ a: text }, { anyOf: [{ type: 'object' }] })],
    [
      'description is not allowed inside',
      object({ a: text }, { oneOf: [{ properties: { a: { description: 'd' } } }] }),
    ],
    ['b must also stand outside', object({ a: text }, { allOf: [{ properties: { b: {} } }] })],
    ['nullable is not allowed inside', object({ a: text }, { not: { anyOf: [{ nullable: true }] } })],
    ['needs x-kubernetes-list-type', list({ 'x-kubernetes-list-type': undefined })],
    ['map keys go together', list({ 'x-kubernetes-list-type': 'map' })],
    [
      'must be required',
      list({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['a'] }, object({ a: text })),
    ],
    ['no scalar', list({ 'x-kubernetes-list-type': 'set' }, object({ a: text }))],
  ])('%s', (words, schema) => {
    expect(lintSchema(schema).join('\n')).toContain(words);
  });

  test('and what is allowed is not', () => {
    const intOrString = {
      'x-kubernetes-int-or-string': true,
      anyOf: [{ type: 'integer' }, { type: 'string' }],
      description: 'd',
    };
    const anything = { 'x-kubernetes-preserve-unknown-fields': true, description: 'd' };
    expect(
      lintSchema(object({ intOrString, anything, list: list({}), text: { ...text, pattern: '^(?:a|b)+$' } })),
    ).toEqual([]);
  });
});

describe('rules and paths of a definition', () => {
  const withRule = (place: (spec: Schema) => Schema, rule: Schema) => {
    const crd = crdOf(KINDS.find(({ kind }) => kind === 'SyncJob')!);
    const root = crd.spec.versions[0]!.schema.openAPIV3Schema as { properties: { spec: Schema } };
    place(root.properties.spec)['x-kubernetes-validations'] = [rule];
    return lintCrd(crd).join('\n');
  };
  const tasks = (spec: Schema) => (spec.properties as Record<string, { items: Schema }>).tasks!.items;

  test.each<[string, Schema]>([
    ['without message', { rule: 'true' }],
    ['names .nmae', { rule: "self.nmae == 'a'", message: 'm' }],
    ['names .schedule.crn', { rule: "self.schedule.crn.matches('a')", message: 'm' }],
    ['.tsaks of a rule', { rule: 'true', message: 'm', fieldPath: '.tsaks' }],
    ['RE2 lacks', { rule: 'self.name.matches("(?=a)")', message: 'm' }],
  ])('%s', (words, rule) => expect(withRule((spec) => spec, rule)).toContain(words));

  test('an old value of an item of an atomic list is not to be had', () => {
    expect(withRule(tasks, { rule: 'self == oldSelf', message: 'm' })).toContain('oldSelf below an atomic list');
  });

  test('columns and selectable fields must lead somewhere', () => {
    const crd = crdOf(KINDS.find(({ kind }) => kind === 'SyncJob')!);
    const version = crd.spec.versions[0]!;
    version.selectableFields = [{ jsonPath: '.spec.sourceRef' }];
    version.additionalPrinterColumns = [{ name: 'A', type: 'string', jsonPath: '.status.nothing', description: 'd' }];
    expect(lintCrd(crd)).toHaveLength(2);
  });
});
