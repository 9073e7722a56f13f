import { resource, workspace } from '../../support/manifests.ts';
import type { Land } from '../land.ts';
import { choosePolicies, editPolicy } from './policies.ts';
import { differingFields, type SimKind } from './simKind.ts';

/** A workspace that the operator makes; the default one, which all seeds have, is only used. */
export const WORKSPACE: SimKind = {
  kind: 'SyncWorkspace',
  remote: 'workspace',
  make(land) {
    const { dice } = land;
    if (land.names('SyncWorkspace').length === 0) return workspace();
    const name = land.newName('space');
    const defaults = choosePolicies(dice);
    delete defaults.suspend;
    const spec = {
      serverRef: { name: 'main' },
      name: `Workspace ${name}`,
      ...choosePolicies(dice),
      ...(dice.chance(0.3) && { defaults }),
    };
    return resource('SyncWorkspace', name, spec);
  },
  edit(spec, { dice }) {
    if (spec.name === undefined || dice.chance(0.6)) {
      spec.defaults ??= {};
      return `defaults.${editPolicy(spec.defaults, dice)}`;
    }
    spec.name = `${spec.name}+`;
    return `name: ${spec.name}`;
  },
  tamper(item, { setting }) {
    const name = `${item.fields.name}!`;
    setting.simulator.console.edit('workspace', item.id, { name });
    return `renames ${item.fields.name} to ${name}`;
  },
  byHand: ({ spec }, same, { setting }) =>
    spec.name === undefined || !same ? undefined : setting.simulator.console.createWorkspace(spec.name),
  differences: ({ spec }, item) => differingFields(spec, item, [['name', 'name', []]]),
};

/** Its id in Sync, once that is known. */
export function idOfWorkspace({ setting }: Land, namespace: string, name: string): string | undefined {
  return setting.mirror.get('SyncWorkspace', namespace, name)?.status?.id;
}
