import type { Json, JsonObject } from '../../ports/json.ts';
import { decodeRunState, idText, isApiError } from '../decode.ts';
import { isObject } from '../json.ts';
import { createFinder, foldKey, pick } from '../keys.ts';
import type { Entity } from '../models/entity.ts';
import { fieldsOf } from '../models/fields.ts';
import { createWire, type Facts } from '../models/wire.ts';
import { looksSensitive } from '../scrub.ts';
import type { Samples } from './samples.ts';

/** One of the things that the documentation leaves open. */
export interface Finding {
  /** Short and stable. */
  id: string;
  /** For people. */
  about: string;
  /** What this server does; undefined: reading does not tell. */
  value?: string;
  /** How it was seen, or why it was not. */
  why: string;
}

/** What the replies look like, and what writes have shown before (`facts`); pure. Never a guess: what was not seen is not said. */
export function shapesOf(samples: Samples, facts: Facts): Finding[] {
  const finders: [id: string, about: string, look: (samples: Samples) => Seen][] = [
    ['envelope', 'how lists are wrapped', envelope],
    ['paging', 'how long lists are cut', paging],
    ['keys', 'how keys are spelled', keys],
    ['idKeys', 'what an id is called', idKeys],
    ['ids', 'what ids look like', ids],
    ['scalars', 'numbers and booleans', scalars],
    ['unset', 'a field without a value', unset],
    ['dates', 'times', dates],
    ['lists', 'objects in lists', lists],
    ['secrets', 'secret properties of connections', secrets],
    ['schedule', 'where a schedule stands', schedule],
    ['alerts', 'where alerts stand', alerts],
    ['children', 'tasks and steps', children],
    ['positionBase', 'the first place of a task or step', positionBase],
    ['moveKey', 'what that place is called', moveKey],
    ['itemStatus', 'the state of the last run in lists', itemStatus],
    ['statusWords', 'words for states of runs', statusWords],
    ['history', 'order of the history', historyOrder],
    ['errors', 'what an error looks like', errors],
    ['unknownRoute', 'the answer where there is no route', unknownRoute],
    ['names', 'names of objects', names],
  ];
  const read = finders.map(([id, about, look]) => {
    const { value, why } = look(samples);
    return { id, about, ...(value !== undefined && { value }), why };
  });
  return [...read, ...WRITES.map((one) => learnedOf(one, facts))];
}

/** What only writes show, and the fact that is learned of it. */
const WRITES: readonly { id: string; about: string; fact?: string }[] = [
  { id: 'put', about: 'what an update does to fields that it leaves out', fact: 'putStyle' },
  { id: 'createReply', about: 'the answer to a create', fact: 'createReply' },
  { id: 'updateReply', about: 'the answer to an update' },
  { id: 'executeReply', about: 'the answer to the start of a run' },
  { id: 'testReply', about: 'the answer to a failed connection test' },
  { id: 'requestKeys', about: 'how keys must be spelled in requests' },
  { id: 'unknownKeys', about: 'keys in requests that the server does not know' },
  { id: 'unknownReference', about: 'a reference to what is not there' },
  { id: 'busyStatus', about: 'a change of something that runs' },
  { id: 'normalisation', about: 'texts that are stored in another form' },
  { id: 'lag', about: 'how far reads lag behind writes' },
];

function learnedOf({ id, about, fact }: (typeof WRITES)[number], facts: Facts): Finding {
  const known = Object.entries(facts).filter(([name]) => name === fact || name.startsWith(`${fact}.`));
  if (known.length === 0) return { id, about, why: 'only a write shows it' };
  const kindOf = (name: string) => name.slice(fact!.length + 1);
  const value = known
    .map(([name, said]) => (name === fact ? String(said) : `${String(said)} (${kindOf(name)})`))
    .join(', ');
  return { id, about, value, why: 'learned from writes before, or given in spec.wire' };
}

interface Seen {
  value?: string;
  why: string;
}

const seen = (value: string, why: string): Seen => ({ value, why });
const unseen = (why: string): Seen => ({ why });
const all = ({ listed, items }: Samples) => [...items, ...listed];
const find = (raw: JsonObject, name: string) => createFinder(createWire().folds)(raw, name);

function envelope({ lists }: Samples): Seen {
  const [first] = lists;
  if (!first) return unseen('no list was read');
  if (Array.isArray(first.json)) return seen('array', 'a bare array');
  const key = Object.entries(first.json as JsonObject).find(
    ([, value]) => value === first.body.items || Array.isArray(value),
  )?.[0];
  const folded = foldKey(key ?? '');
  if (folded === 'value' || folded === 'items') return seen(folded, `below "${key}"`);
  return seen('named', `below a key of its own, as "${key}"`);
}

function paging({ lists }: Samples): Seen {
  const marks = lists.map(({ body }) => body.around);
  if (marks.some((around) => pick(around, '@odata.nextLink', 'nextLink', 'next') != null)) {
    return seen('nextLink', 'a link to the next page');
  }
  if (marks.some((around) => pick(around, '@odata.count', 'total_count', 'total', 'count') != null)) {
    return seen('skip', 'a count, by which the next page is asked for');
  }
  return unseen('no list was longer than a page');
}

function keys({ listed, items }: Samples): Seen {
  const spellings = new Map<string, string>();
  for (const { raw } of [...items, ...listed]) for (const key of keysIn(raw)) note(spellings, key);
  const found = [...spellings.keys()];
  if (found.length === 0) return unseen('no key of several words was seen');
  const value = found.length === 1 ? found[0]! : 'mixed';
  return seen(value, `as ${[...spellings.values()].join(', ')}`);
}

function note(spellings: Map<string, string>, key: string): void {
  const spelling = spellingOf(key);
  if (spelling !== undefined && !spellings.has(spelling)) spellings.set(spelling, key);
}

function spellingOf(key: string): string | undefined {
  if (key.startsWith('@')) return undefined;
  if (/^[a-z0-9]+(_[a-z0-9]+)+$/.test(key)) return 'snake';
  if (/^[A-Z][A-Za-z0-9]*(_[A-Z0-9][A-Za-z0-9]*)+$/.test(key)) return 'title';
  if (/^[a-z0-9]+([A-Z][a-z0-9]*)+$/.test(key)) return 'camel';
  if (/^[a-z0-9]+(-[a-z0-9]+)+$/.test(key)) return 'kebab';
  return /[-_ ]|[a-z][A-Z]/.test(key) ? 'other' : undefined;
}

/** Keys of an object and of what lies in it, but for those that are data. */
function keysIn(raw: JsonObject): string[] {
  return Object.entries(raw).flatMap(([key, value]) => {
    if (/^(properties|extra)$/i.test(key)) return [];
    const below = isObject(value) ? keysIn(value) : Array.isArray(value) ? value.filter(isObject).flatMap(keysIn) : [];
    return [key, ...below];
  });
}

function idKeys(samples: Samples): Seen {
  const [first] = all(samples);
  if (!first) return unseen('no object was seen');
  const key = Object.keys(first.raw).find((name) => first.raw[name] === first.wireId) ?? '';
  return seen(foldKey(key) === 'id' ? 'id' : 'typed', `as "${key}"`);
}

function ids(samples: Samples): Seen {
  const large = all(samples).find(({ kind }) => kind === 'connection' || kind === 'job');
  if (!large) return unseen('no connection and no job was seen');
  if (typeof large.wireId !== 'string') return seen('integer', 'numbers');
  const small = samples.children.flatMap(({ entities }) => entities)[0];
  if (!small) return unseen('texts for objects; no task or step was seen');
  return typeof small.wireId === 'string'
    ? seen('uuidEverywhere', 'texts')
    : seen('uuid', 'texts for objects, numbers for tasks and steps');
}

function scalars(samples: Samples): Seen {
  for (const { kind, raw } of all(samples)) {
    for (const { type, names } of fieldsOf(kind, [])) {
      if (type !== 'boolean' && type !== 'number') continue;
      const value = names.map((name) => find(raw, name)?.value).find((one) => one != null && !isObject(one));
      if (value === undefined) continue;
      return typeof value === 'string' ? seen('strings', `as "${value}"`) : seen('native', `as ${String(value)}`);
    }
  }
  return unseen('no number and no boolean was seen');
}

/** Fields that an object may well do without. */
const OPTIONAL: Readonly<Partial<Record<Entity['kind'], readonly string[]>>> = {
  job: ['schedule.cron', 'cron'],
  pipeline: ['schedule.cron', 'cron'],
  user: ['email_address', 'email'],
};

function unset({ items }: Samples): Seen {
  if (items.some(({ raw }) => holdsNull(raw))) return seen('null', 'shown as null');
  for (const { kind, raw } of items) {
    const names = OPTIONAL[kind];
    if (names && !names.some((name) => find(raw, name)))
      return seen('omitted', `left out, as ${names[0]} of a ${kind}`);
  }
  return unseen('no field without a value was seen');
}

function holdsNull(raw: JsonObject): boolean {
  return Object.entries(raw).some(
    ([key, value]) => !/^properties$/i.test(key) && (value === null || (isObject(value) && holdsNull(value))),
  );
}

function dates(samples: Samples): Seen {
  const texts = all(samples).flatMap(({ raw }) => Object.values(raw).filter(isTime));
  const [first] = texts;
  if (first === undefined) return unseen('no time was seen');
  const value = /Z$/i.test(first) ? 'utc' : /[+-]\d\d:?\d\d$/.test(first) ? 'offset' : 'local';
  const what = { utc: 'in UTC', offset: 'with an offset', local: 'without an offset: give spec.timeZone' }[value];
  return seen(value, `${what}, as ${first}`);
}

const isTime = (value: Json): value is string =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(value);

function lists({ listed, items }: Samples): Seen {
  const pairs = items.flatMap((item) => {
    const entry = listed.find(({ kind, id }) => kind === item.kind && id === item.id);
    return entry && item.kind !== 'workspace' && item.kind !== 'user' ? [{ item, entry }] : [];
  });
  if (pairs.length === 0) return unseen('no object could be read besides its list');
  const lacks = pairs.flatMap(({ item, entry }) => [...item.fields.keys()].filter((path) => !entry.fields.has(path)));
  if (lacks.length === 0) return seen('full', 'they have all fields');
  return seen('summary', `they leave fields out, as ${[...new Set(lacks)].slice(0, 3).join(', ')}`);
}

function secrets(samples: Samples): Seen {
  const connections = all(samples).filter(({ kind }) => kind === 'connection');
  const masked = connections.flatMap((one) => [...one.masked]).find((path) => path.startsWith('properties.'));
  if (masked !== undefined) return seen('masked', `masked, as ${masked}`);
  for (const { fields } of connections) {
    for (const [path, value] of fields) {
      if (!path.startsWith('properties.') || !looksSensitive(path.slice('properties.'.length))) continue;
      if (value !== null && value !== '') return seen('plain', `readable, as ${path}`);
    }
  }
  return unseen('no connection shows one: they have none, or the server leaves them out');
}

function schedule(samples: Samples): Seen {
  const jobs = all(samples).filter(({ kind }) => kind === 'job');
  const depth = (name: string) => jobs.map(({ raw }) => find(raw, name)?.at).find((at) => at !== undefined);
  const [enabled, cron, bare] = [depth('schedule.enabled'), depth('schedule.cron'), depth('cron')];
  if (!enabled) return unseen('no job shows one');
  if (enabled.length === 1) return seen('flat', `in "${enabled[0]}"`);
  if (cron) return seen('nested', `in "${cron.join('.')}"`);
  return bare
    ? seen('cronFlat', `in "${enabled.join('.')}" and "${bare[0]}"`)
    : unseen('no job shows a cron expression');
}

function alerts(samples: Samples): Seen {
  const depth = (kind: string) =>
    all(samples)
      .filter((one) => one.kind === kind)
      .map(({ raw }) => (find(raw, 'alerts.send_email') ?? find(raw, 'send_email'))?.at)
      .find((at) => at !== undefined);
  const [job, transformation] = [depth('job'), depth('transformation')];
  if (!job || !transformation) return unseen('it takes a job and a transformation that show them');
  if (job.length > 1) return seen('nested', `in "${job.join('.')}"`);
  return transformation.length > 1
    ? seen('documented', 'flat in jobs, below "alerts" in transformations')
    : seen('flat', `in "${job[0]}"`);
}

function children(samples: Samples): Seen {
  if (samples.children.some(({ own }) => own)) return seen('inParent', 'they come inside their parent');
  if (samples.children.some(({ entities }) => entities.length > 0)) return seen('separate', 'in lists of their own');
  return unseen('no task and no step was seen');
}

function positionBase({ children }: Samples): Seen {
  for (const { entities } of children) {
    const places = entities.map(({ fields }) => fields.get('position'));
    if (places.length === 0 || !places.every((place) => typeof place === 'number')) continue;
    const least = Math.min(...(places as number[]));
    if (least === 0 || least === 1) return seen(String(least), `they count from ${least}`);
  }
  return unseen('no task or step shows its place');
}

function moveKey({ children }: Samples): Seen {
  for (const { entities } of children) {
    for (const { kind, raw } of entities) {
      const field = fieldsOf(kind, []).find(({ path }) => path === 'position')!;
      const name = field.names.find((one) => find(raw, one) !== undefined);
      if (name !== undefined) return seen(name, `as "${find(raw, name)!.at.join('.')}"`);
    }
  }
  return unseen('no task or step shows its place');
}

function itemStatus({ listed, histories }: Samples): Seen {
  const shown = listed.find(({ status, kind }) => status !== undefined && isRunning(kind));
  if (shown) return seen('shown', `as "${shown.status}"`);
  if (histories.some(({ runs }) => runs.length > 0)) return seen('none', 'lists do not show it');
  return unseen('nothing has run yet');
}

const isRunning = (kind: Entity['kind']) => kind === 'job' || kind === 'transformation' || kind === 'pipeline';

function statusWords({ histories, statuses }: Samples): Seen {
  const words = [...histories.flatMap(({ runs }) => runs), ...statuses].map(({ rawStatus }) => rawStatus);
  const distinct = [...new Set(words.filter((word) => word !== ''))];
  if (distinct.length === 0) return unseen('nothing has run yet');
  const read = distinct.slice(0, 8).map((word) => `"${word}" is read as ${decodeRunState(word)}`);
  return seen(distinct.slice(0, 8).join(', '), read.join('; '));
}

function historyOrder({ histories }: Samples): Seen {
  for (const { runs, raw } of histories) {
    const [newest, oldest] = [runs[0], runs.at(-1)];
    if (runs.length < 2 || newest?.startedAt === undefined || newest.startedAt === oldest?.startedAt) continue;
    const first = runIdOf(raw[0]!);
    if (first === undefined || newest.id === undefined) continue;
    return first === newest.id
      ? seen('newest', 'the newest run comes first')
      : seen('oldest', 'the oldest run comes first');
  }
  return unseen('no history has two runs whose times can be read');
}

const runIdOf = (raw: JsonObject) => idText(pick(raw, 'run_id', 'history_id', 'id'));

function errors({ noObject }: Samples): Seen {
  if (!noObject || noObject.status < 400) return unseen('no error was seen');
  const { json, text } = noObject;
  if (isObject(json)) {
    if (isObject(pick(json, 'error'))) return seen('errorMessage', '{"error": {"message": …}}');
    if (pick(json, 'message') !== undefined) return seen('message', '{"message": …}');
    if (pick(json, 'detail') !== undefined) return seen('detail', '{"detail": …}');
    return isApiError(json) ? seen('other', 'an object with words in it') : unseen('an object without words');
  }
  return /^\s*</.test(text) ? seen('html', 'a page') : seen('text', 'plain text');
}

function unknownRoute({ noRoute }: Samples): Seen {
  return noRoute ? seen(String(noRoute.status), `HTTP ${noRoute.status}`) : unseen('it was not asked for');
}

function names({ listed }: Samples): Seen {
  const keysOf = listed
    .filter(({ kind, name }) => name !== undefined && kind !== 'event')
    .map(({ kind, name }) => `${kind} ${name}`);
  const twice = keysOf.find((key, at) => keysOf.indexOf(key) !== at);
  return twice === undefined
    ? unseen('no name is there twice; whether it may be, only a write shows')
    : unseen(`${twice} is there twice, perhaps in two workspaces`);
}
