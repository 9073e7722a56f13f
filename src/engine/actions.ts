import type { Action } from './kind.ts';
import { echo, type GatheredPass, SEND_MS } from './pass.ts';
import { RemoteError } from './remote.ts';
import type { TokenName } from './tokens.ts';
import { clearIntent, fence, writeIntent } from './writing.ts';

/** Calls that follow a settled object: tests, resets. */
export async function actionPass(pass: GatheredPass, wrote: boolean): Promise<void> {
  const { draft, gathered, deps, resource } = pass;
  const tokens = new Map<string, string>(pass.fired);
  const suspended = resource.spec.suspend === true || gathered.scope.suspendedBy !== undefined;
  if (suspended || draft.status.id === undefined || !gathered.hooks?.actions) return;
  const now = deps.clock.now();
  const actions = gathered.hooks.actions({ id: draft.status.id, status: draft.status, tokens, wrote, now });
  for (const action of actions) {
    fence(pass, SEND_MS);
    await runAction(pass, action);
  }
}

async function runAction(pass: GatheredPass, action: Action): Promise<void> {
  const { deps, draft, resource } = pass;
  const token = action.token as TokenName | undefined;
  const at = new Date(deps.clock.now()).toISOString();
  if (action.once) await writeIntent(pass, { verb: action.name, at }, token);
  else if (token) echo(pass, token);
  try {
    const { ok, reason, message, status } = await action.run();
    Object.assign(draft.status, status);
    deps.record(resource, ok ? 'Normal' : 'Warning', reason, message);
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    deps.record(resource, 'Warning', 'ActionFailed', `${action.name}: ${error.message}`);
    pass.logger.warn({ action: action.name, words: error.words }, error.message);
  }
  if (action.once) {
    clearIntent(pass);
    await draft.save();
  }
}
