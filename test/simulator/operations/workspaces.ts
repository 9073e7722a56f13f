import { Refusal } from '../refusal.ts';
import { type Item, nameOf, type State } from '../state.ts';
import type { Rules } from './crud.ts';

export const workspaceRules: Rules = {
  mayDelete({ state }, item) {
    if (item.id === state.defaultWorkspaceId)
      throw new Refusal(409, 'DefaultWorkspace', 'The default workspace cannot be deleted.');
    if (isUsed(state, item)) throw new Refusal(409, 'WorkspaceInUse', `The workspace '${nameOf(item)}' is in use.`);
  },
};

function isUsed(state: State, workspace: Item): boolean {
  const holds = [state.connections, state.jobs, state.transformations, state.pipelines];
  return holds.some((items) => [...items.values()].some((item) => item.parentId === workspace.id));
}
