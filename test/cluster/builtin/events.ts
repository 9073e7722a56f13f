import { deepEqual } from '../deepEqual.ts';
import { age } from '../duration.ts';
import { fieldError } from '../status.ts';
import type { Column, FieldError, KubeObject, Loose, ResourceType } from '../types.ts';
import { builtin, integer, microTime, object, text, time } from './define.ts';

/** Core field to its name in events.k8s.io/v1; the others are the same in both. */
const RENAMED: [core: string, events: string][] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
];

const reference = object({
  kind: text,
  namespace: text,
  name: text,
  uid: text,
  apiVersion: text,
  resourceVersion: text,
  fieldPath: text,
});
const shared = {
  eventTime: microTime,
  series: object({ count: integer, lastObservedTime: microTime }),
  reportingInstance: text,
  action: text,
  reason: text,
  related: reference,
  type: text,
};
const renamed = [reference, text, text, object({ component: text, host: text }), time, time, integer];

/** v1 Events: the form in which both APIs' events are stored. */
export function coreEvents(): ResourceType {
  return builtin({
    group: '',
    version: 'v1',
    plural: 'events',
    kind: 'Event',
    namespaced: true,
    shortNames: ['ev'],
    description: 'Event is a report of an event somewhere in the cluster.',
    properties: { ...shared, ...Object.fromEntries(RENAMED.map(([core], index) => [core, renamed[index]!])) },
    columns,
    selectableFields: new Map([
      ...['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(
        (field) => [`involvedObject.${field}`, `.involvedObject.${field}`] as [string, string],
      ),
      ['reason', '.reason'],
      ['type', '.type'],
      ['source', '.source.component'],
      ['reportingComponent', '.reportingComponent'],
    ]),
    strategy: { prepare: prepareEvent, validate: validateOld },
  });
}

/** events.k8s.io/v1: the same objects under the newer names. */
export function newEvents(): ResourceType {
  return builtin({
    group: 'events.k8s.io',
    version: 'v1',
    plural: 'events',
    kind: 'Event',
    namespaced: true,
    shortNames: ['ev'],
    description: 'Event is a report of an event somewhere in the cluster.',
    properties: { ...shared, ...Object.fromEntries(RENAMED.map(([, name], index) => [name, renamed[index]!])) },
    columns,
    selectableFields: new Map([
      ...['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(
        (field) => [`regarding.${field}`, `.involvedObject.${field}`] as [string, string],
      ),
      ['reason', '.reason'],
      ['type', '.type'],
      ['reportingController', '.reportingComponent'],
    ]),
    strategy: { validate: validateNew },
    toStored: (event) => rename(event, 'v1', ([core, name]) => [name, core]),
    fromStored: (event) => rename(event, 'events.k8s.io/v1', ([core, name]) => [core, name]),
  });
}

function rename(event: KubeObject, apiVersion: string, turn: (pair: [string, string]) => [string, string]): KubeObject {
  const names = new Map(RENAMED.map(turn));
  const fields = Object.entries(event).map(([key, value]) => [names.get(key) ?? key, value]);
  return { ...Object.fromEntries(fields), apiVersion };
}

/** Go writes these fields even when they are empty. */
function prepareEvent(event: KubeObject): KubeObject {
  return { source: {}, firstTimestamp: null, lastTimestamp: null, ...event } as KubeObject;
}

/** k8s.io/kubernetes/pkg/apis/core/validation/events.go; in v1 for all events, in events.k8s.io/v1 with the rest below. */
function validateOld(event: KubeObject, old: KubeObject | undefined): FieldError[] {
  const about = event.involvedObject?.namespace ?? '';
  const fits = (about || 'default') === event.metadata.namespace;
  return old || fits ? [] : [fieldError.invalid('involvedObject.namespace', about, 'does not match event.namespace')];
}

function validateNew(event: KubeObject, old: KubeObject | undefined): FieldError[] {
  const errors = validateOld(event, old);
  if (event.series && !(event.series.count >= 2)) {
    errors.push(fieldError.invalid('series.count', event.series.count ?? null, 'should be at least 2'));
  }
  if (old) {
    const changed = FIXED.filter((field) => !deepEqual(event[field] ?? null, old[field] ?? null));
    return [
      ...errors,
      ...changed.map((field) => fieldError.invalid(field, event[field] ?? null, 'field is immutable')),
    ];
  }
  for (const field of REQUIRED) if (!event[field]) errors.push(fieldError.required(field));
  for (const [field, limit] of LIMITS) {
    if ((event[field] ?? '').length > limit) {
      errors.push(fieldError.invalid(field, '', `can have at most ${limit} characters`));
    }
  }
  if (!['Normal', 'Warning'].includes(event.type)) {
    errors.push(fieldError.invalid('type', '', `has invalid value: ${event.type ?? ''}`));
  }
  for (const field of ['firstTimestamp', 'lastTimestamp', 'count']) {
    if (event[field]) errors.push(fieldError.invalid(field, '', 'needs to be unset'));
  }
  return errors;
}

const REQUIRED = ['eventTime', 'reportingComponent', 'reportingInstance', 'action', 'reason'];
const LIMITS: [string, number][] = [
  ['reportingInstance', 128],
  ['action', 128],
  ['reason', 128],
  ['message', 1024],
];
const FIXED = [
  'involvedObject',
  'reason',
  'message',
  'source',
  'firstTimestamp',
  'lastTimestamp',
  'count',
  'type',
  'eventTime',
  'action',
  'related',
  'reportingComponent',
  'reportingInstance',
];

const lastSeen = (event: KubeObject) =>
  event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp;
const firstSeen = (event: KubeObject) => event.firstTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp;
const source = ({ source: { component, host } = {} as Loose, reportingComponent, reportingInstance }: KubeObject) =>
  component
    ? [component, host].filter(Boolean).join(', ')
    : [reportingComponent, reportingInstance].filter(Boolean).join(', ');

const column = (name: string, description: string, cell: Column['cell'], priority = 0): Column => ({
  name,
  type: 'string',
  description,
  priority,
  cell: cell!,
});
const columns: Column[] = [
  column('Last Seen', 'When it was last seen.', (event, now) => age(lastSeen(event), now)),
  column('Type', 'Normal or Warning.', ({ type }) => type ?? ''),
  column('Reason', 'Why, in one word.', ({ reason }) => reason ?? ''),
  column('Object', 'What it is about.', ({ involvedObject: { kind, name } = {} as Loose }) =>
    [kind?.toLowerCase(), name].filter(Boolean).join('/'),
  ),
  column('Subobject', 'The part that it is about.', ({ involvedObject }) => involvedObject?.fieldPath ?? '', 1),
  column('Source', 'Who reported it.', source, 1),
  column('Message', 'What happened.', ({ message }) => (message ?? '').trim()),
  column('First Seen', 'When it was first seen.', (event, now) => age(firstSeen(event), now), 1),
  { ...column('Count', 'How often.', ({ series, count }) => series?.count ?? count ?? 1, 1), type: 'integer' },
  { ...column('Name', 'The name of the event.', ({ metadata }) => metadata.name, 1), format: 'name' },
];
