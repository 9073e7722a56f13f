import { parse as parseYaml } from 'yaml';
import { KINDS } from '../../src/api/registry.ts';
import type { Cli } from '../cli/cli.ts';
import type { KubeObject, Loose, Manifest } from '../cluster/types.ts';
import type { World } from '../support/world.ts';

/** kubectl as the guides use it, on a world in virtual time. A form that is not known here fails the guide. */

const NAMESPACE = 'default';
const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** `syncjob`, `sjob`, `syncjobs` → `SyncJob`. */
function kindOf(word: string): string {
  const lower = word.toLowerCase();
  const found = KINDS.find(({ kind, plural, shortNames }) =>
    [kind.toLowerCase(), plural, ...shortNames].includes(lower),
  );
  return found?.kind ?? { secret: 'Secret', configmap: 'ConfigMap', namespace: 'Namespace' }[lower] ?? word;
}

interface Parsed {
  /** Not flags. */
  rest: string[];
  flags: Map<string, string>;
}

const SWITCHES: ReadonlySet<string> = new Set(['--overwrite', '--all-namespaces', '-A', '--server-side', '--all']);

function parse(words: readonly string[]): Parsed {
  const rest: string[] = [];
  const flags = new Map<string, string>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (!word.startsWith('-')) rest.push(word);
    else if (SWITCHES.has(word)) flags.set(word, 'true');
    else if (word.includes('=')) flags.set(word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1));
    else flags.set(word, words[++at]!);
  }
  return { rest, flags };
}

/** Who reads a guide: their world, and `kubectl sync` with the files that it wrote for them. */
export interface Reader {
  world: World;
  cli: Cli;
}

/** Runs one command; resolves to what `-o jsonpath` prints, for `$(…)`. */
export async function kubectl(reader: Reader, words: readonly string[]): Promise<string> {
  const { world, cli } = reader;
  const typed = await Promise.all(words.map((word) => expand(reader, word)));
  if (typed[0] === 'sync') return plugin(reader, typed.slice(1));
  const { rest, flags } = parse(typed);
  const [verb, ...args] = rest;
  if (verb === 'apply') {
    const folder = flags.get('-f')!;
    const files = [...cli.files].filter(([path]) => path.startsWith(folder) && path.endsWith('.yaml'));
    if (files.length === 0) throw new Error(`there is nothing in ${folder}`);
    for (const [, text] of files) world.apply(parseYaml(String(text)) as Manifest);
    return '';
  }
  const run = COMMANDS[verb!];
  if (!run) throw new Error(`guides do not know kubectl ${verb}`);
  return (await run(world, args, flags)) ?? '';
}

/** Exit codes that a guide may meet: done, and a plan with changes. */
async function plugin({ world, cli }: Reader, words: readonly string[]): Promise<string> {
  // Who types a command has waited a little.
  await world.settle(5_000);
  const { code, out, err } = await cli.run(...words);
  if (code !== 0 && !(code === 2 && words[0] === 'plan'))
    throw new Error(`kubectl sync ${words.join(' ')}: ${err}${out}`);
  return out;
}

/** `$(date …)` and `$(kubectl …)` within a word. */
async function expand(reader: Reader, word: string): Promise<string> {
  const { world } = reader;
  const match = /\$\((.*)\)/.exec(word);
  if (!match) return word;
  const [program, ...args] = match[1]!.split(' ');
  if (program === 'date') return word.replace(match[0], String(world.clock.now()));
  if (program !== 'kubectl') throw new Error(`guides do not know ${program}`);
  return word.replace(
    match[0],
    await kubectl(
      reader,
      args.map((arg) => arg.replace(/^(.*?)'(.*)'$/, '$1$2')),
    ),
  );
}

type Command = (
  world: World,
  args: string[],
  flags: Map<string, string>,
) => Promise<string | undefined> | string | undefined;

const COMMANDS: Readonly<Record<string, Command>> = {
  create(world, [what, type, name], flags) {
    if (what !== 'secret' || type !== 'generic') throw new Error(`guides do not know kubectl create ${what} ${type}`);
    const [key, value] = flags.get('--from-literal')!.split(/=(.*)/s) as [string, string];
    const data = name === 'sync-token' ? { token: world.simulator.token } : { [key]: value };
    world.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: NAMESPACE },
      stringData: data,
    } as Manifest);
    return undefined;
  },
  async wait(world, args, flags) {
    const { kind, name } = targetOf(args);
    const names = flags.has('--all') ? world.cluster.objects(kind).map(({ metadata }) => metadata.name) : [name];
    const [type, wanted = 'True'] = flags
      .get('--for')!
      .replace(/^condition=/, '')
      .split('=') as [string, string?];
    const [, count, unit] = /^(\d+)([smh])$/.exec(flags.get('--timeout') ?? '30s')!;
    if (type === 'delete') {
      await world.until(() => !world.get(kind, name), Number(count) * UNITS[unit!]!, `the end of ${kind} ${name}`);
      return undefined;
    }
    await world.until(
      () => names.length > 0 && names.every((one) => holds(get(world, kind, one), type, wanted)),
      Number(count) * UNITS[unit!]!,
      `${type}=${wanted} of ${kind} ${names.join(', ')}`,
    );
    return undefined;
  },
  async get(world, args, flags) {
    // Who types a command has waited a little.
    await world.settle(5_000);
    const [first] = args;
    if (first === 'sync' || first === 'events') return undefined;
    const { kind, name } = targetOf(args);
    if (!name) {
      if (world.cluster.objects(kind).length === 0) throw new Error(`there is no ${kind}`);
      return undefined;
    }
    const output = flags.get('-o') ?? '';
    const object = get(world, kind, name);
    return output.startsWith('jsonpath=') ? pick(object, output.slice(9).replace(/^\{|\}$/g, '')) : undefined;
  },
  describe(world, args) {
    const { kind, name } = targetOf(args);
    get(world, kind, name);
    return undefined;
  },
  async annotate(world, args) {
    const { kind, name, more } = targetOf(args);
    get(world, kind, name);
    const annotations = Object.fromEntries(more.map((pair) => pair.split(/=(.*)/s) as [string, string]));
    world.cluster.patch(kind, name, NAMESPACE, { metadata: { annotations } });
    await world.settle(1_000);
    return undefined;
  },
  async patch(world, args, flags) {
    const { kind, name } = targetOf(args);
    if (flags.get('--type') !== 'merge') throw new Error('guides patch with --type merge');
    world.cluster.patch(kind, name, NAMESPACE, JSON.parse(flags.get('-p')!) as Loose);
    await world.settle(1_000);
    return undefined;
  },
  delete(world, args) {
    const { kind, name } = targetOf(args);
    get(world, kind, name);
    world.remove(kind, name);
    return undefined;
  },
};

/** `kind/name` or `kind name`, and what follows. */
function targetOf(args: readonly string[]): { kind: string; name: string; more: string[] } {
  const [first = '', ...rest] = args;
  if (first.includes('/')) {
    const [kind, name] = first.split('/') as [string, string];
    return { kind: kindOf(kind), name, more: rest };
  }
  const [name = '', ...more] = rest;
  return { kind: kindOf(first), name, more };
}

function get(world: World, kind: string, name: string): KubeObject {
  const found = world.get(kind, name, NAMESPACE);
  if (!found) throw new Error(`there is no ${kind} ${name}`);
  return found;
}

function holds({ metadata, status }: KubeObject, type: string, wanted: string): boolean {
  const condition = (status?.conditions as Loose[] | undefined)?.find((one) => one.type === type);
  return condition?.status === wanted && condition.observedGeneration === metadata.generation;
}

function pick(object: Loose, path: string): string {
  const value = path
    .split('.')
    .filter(Boolean)
    .reduce<Loose>((node, key) => node?.[key], object);
  if (value === undefined) throw new Error(`${path} is not there`);
  return String(value);
}
