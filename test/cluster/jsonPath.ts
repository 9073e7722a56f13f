import type { Loose } from './types.ts';

type Step = { key: string } | { index: number } | { all: true } | { filter: string[]; equals: Loose };

/**
 * The values at a JSONPath as printer columns and selectable fields use it: `.a.b`, `['a.b']`, `[0]`, `[*]`,
 * `[?(@.type=="Ready")]`, with or without the leading `$`, braces or dot.
 */
export function jsonPathValues(object: Loose, path: string): Loose[] {
  let values: Loose[] = [object];
  for (const step of parse(path)) values = values.flatMap((value) => walk(value, step));
  return values;
}

function walk(value: Loose, step: Step): Loose[] {
  if (value === null || typeof value !== 'object') return [];
  if ('key' in step) return Object.hasOwn(value, step.key) ? [value[step.key]] : [];
  if ('index' in step) {
    const item = Array.isArray(value) ? value.at(step.index) : undefined;
    return item === undefined ? [] : [item];
  }
  const items: Loose[] = Array.isArray(value) ? value : Object.values(value);
  if ('all' in step) return items;
  return items.filter((item) => step.filter.reduce((at, key) => at?.[key], item) === step.equals);
}

const TOKEN =
  /^(?:\.?\[\?\(@\.([\w.-]+)\s*==\s*(?:"([^"]*)"|'([^']*)'|([\w.-]+))\)\]|\.?\[(-?\d+)\]|\.?\[\*\]|\.\*|\.?\['((?:[^'\\]|\\.)*)'\]|\.?\["((?:[^"\\]|\\.)*)"\]|\.?((?:[^.[\]\\]|\\.)+))/;

function parse(path: string): Step[] {
  let rest = path.replace(/^\{|\}$/g, '').replace(/^\$/, '');
  const steps: Step[] = [];
  while (rest && rest !== '.') {
    const found = TOKEN.exec(rest);
    if (!found) throw new Error(`JSONPath not understood: ${path}`);
    const [text, filter, double, single, bare, index, quoted, quoted2, key] = found;
    if (filter !== undefined) {
      steps.push({ filter: filter.split('.'), equals: double ?? single ?? literal(bare!) });
    } else if (index !== undefined) steps.push({ index: Number(index) });
    else {
      const name = quoted ?? quoted2 ?? key;
      if (name === undefined) steps.push({ all: true });
      else steps.push({ key: name.replace(/\\(.)/g, '$1') });
    }
    rest = rest.slice(text.length);
  }
  return steps;
}

function literal(text: string): Loose {
  if (text === 'true') return true;
  if (text === 'false') return false;
  return Number.isNaN(Number(text)) ? text : Number(text);
}
