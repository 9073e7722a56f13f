import { jsonPathValues } from './jsonPath.ts';
import { badRequest } from './status.ts';
import type { KubeObject, ResourceType, Version } from './types.ts';

export interface Selection {
  /** Undefined when nothing is filtered. */
  match?: (object: KubeObject) => boolean;
  /** Names that the field selector fixes, for a direct look-up. */
  name?: string;
  namespace?: string;
}

type Test = (object: KubeObject) => boolean;

/** Reads labelSelector and fieldSelector. @throws StatusError 400 for what is not understood or not selectable. */
export function selection(query: URLSearchParams, type: ResourceType, version: Version): Selection {
  const tests = labelTests(query.get('labelSelector') ?? '');
  const found: Selection = {};
  for (const { field, equal, value } of fieldTerms(query.get('fieldSelector') ?? '')) {
    if (field === 'metadata.name' && equal) found.name = value;
    if (field === 'metadata.namespace' && equal && type.namespaced) found.namespace = value;
    tests.push(fieldTest(field, equal, value, version));
  }
  if (tests.length > 0) found.match = (object) => tests.every((test) => test(object));
  return found;
}

function fieldTerms(selector: string): { field: string; equal: boolean; value: string }[] {
  const terms = selector.split(/(?<!\\),/).filter((term) => term.trim() !== '');
  return terms.map((term) => {
    const parts = /^\s*([^=!]+?)\s*(!=|==|=)(.*)$/.exec(term);
    if (!parts) throw badRequest(`invalid selector: '${selector}'; can't understand '${term}'`);
    return { field: parts[1]!, equal: parts[2] !== '!=', value: parts[3]!.replace(/\\([\\,=])/g, '$1') };
  });
}

function fieldTest(field: string, equal: boolean, value: string, version: Version): Test {
  if (field === 'metadata.name') return ({ metadata }) => (metadata.name === value) === equal;
  if (field === 'metadata.namespace') return ({ metadata }) => ((metadata.namespace ?? '') === value) === equal;
  const path = version.selectableFields.get(field);
  if (path === undefined) throw badRequest(`field label not supported: ${field}`);
  return (object) => (String(jsonPathValues(object, path)[0] ?? '') === value) === equal;
}

function labelTests(selector: string): Test[] {
  const terms = selector.split(/,(?![^(]*\))/).filter((term) => term.trim() !== '');
  return terms.map((term) => labelTest(term.trim(), selector));
}

function labelTest(term: string, selector: string): Test {
  const set = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(term);
  if (set) {
    const values = new Set(set[3]!.split(',').map((value) => value.trim()));
    const inside = set[2] === 'in';
    return on(set[1]!, (label) => (label === undefined ? !inside : values.has(label) === inside));
  }
  const compare = /^([^\s=!<>]+)\s*(==|=|!=|<|>)\s*([^\s=!<>]*)$/.exec(term);
  if (compare) {
    const [, key, operator, value] = compare;
    if (operator === '!=') return on(key!, (label) => label !== value);
    if (operator === '<') return on(key!, (label) => label !== undefined && Number(label) < Number(value));
    if (operator === '>') return on(key!, (label) => label !== undefined && Number(label) > Number(value));
    return on(key!, (label) => label === value);
  }
  const exists = /^(!?)\s*([\w./-]+)$/.exec(term);
  if (!exists) throw badRequest(`unable to parse requirement: found '${term}' in '${selector}'`);
  return on(exists[2]!, (label) => (label !== undefined) === (exists[1] === ''));
}

function on(key: string, test: (label: string | undefined) => boolean): Test {
  return ({ metadata }) => test(metadata.labels?.[key]);
}
