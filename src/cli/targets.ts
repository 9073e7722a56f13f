import type { Definition } from '../api/definition.ts';
import { KINDS } from '../api/registry.ts';
import type { Resource } from '../engine/resource.ts';
import type { Cluster } from './cluster.ts';
import type { Given } from './command.ts';
import { CliError } from './failure.ts';

/** An object that was named on the command line. */
export interface Target {
  definition: Definition;
  name: string;
}

/**
 * The objects that the arguments name, as kubectl has them: `syncjob/crm`, `syncjob crm crm2`; a type by its kind, plural or short
 * name, or without `sync`: `job/crm`. Throws CliError.
 */
export function targetsOf(
  args: readonly string[],
  allowed: readonly string[] = KINDS.map(({ kind }) => kind),
): Target[] {
  const [first, ...rest] = args;
  const types = allowed.map(shortest).join(', ');
  if (first === undefined) throw new CliError(`name an object: TYPE/NAME, where TYPE is one of ${types}`);
  if (!first.includes('/')) {
    const definition = typeNamed(first, allowed, types);
    if (rest.length === 0) throw new CliError(`name the ${definition.kind}: ${first}/NAME`);
    return rest.map((name) => ({ definition, name }));
  }
  return args.map((arg) => {
    const [type, name, more] = arg.split('/');
    if (!type || !name || more !== undefined) throw new CliError(`"${arg}" is not TYPE/NAME`);
    return { definition: typeNamed(type, allowed, types), name };
  });
}

/** The one object that the arguments name. Throws CliError. */
export function targetOf(args: readonly string[], allowed?: readonly string[]): Target {
  const [target, second] = targetsOf(args, allowed);
  if (second) throw new CliError('one object at a time: give one TYPE/NAME');
  return target!;
}

/** Reads it. Throws CliError when it is not there. */
export function read(cluster: Cluster, { definition, name }: Target): Promise<Resource> {
  return cluster.get(definition, name);
}

/** The one name that is given, as `NAME` or `TYPE/NAME`, of the one kind that the command is about. Throws CliError. */
export function nameOf({ args }: Given, kind: string): string {
  const [only, more] = args;
  if (only === undefined || more !== undefined) throw new CliError(`give the name of one ${kind}`);
  return only.includes('/') ? targetOf([only], [kind]).name : only;
}

function typeNamed(text: string, allowed: readonly string[], types: string): Definition {
  const word = text.toLowerCase().replace(/\.sync\.cdata\.com$/, '');
  const definition = KINDS.find(({ kind, plural, shortNames }) =>
    [kind.toLowerCase(), plural, ...shortNames, shortest(kind), plural.slice('sync'.length)].includes(word),
  );
  if (!definition) throw new CliError(`there is no type "${text}"; there are ${types}`);
  if (!allowed.includes(definition.kind)) {
    throw new CliError(`this is not for a ${definition.kind}; it is for ${types}`);
  }
  return definition;
}

/** `job` for SyncJob. */
export const shortest = (kind: string): string => kind.slice('Sync'.length).toLowerCase();
