import { COLLECTIONS } from '../../simulator/state.ts';
import { keyOf } from '../mirror.ts';
import { createTold } from '../told.ts';
import type { Oracle } from './oracle.ts';

/** How long passes may still go on that began before their process was told of another server; milliseconds. */
const UNDER_WAY_MS = 30_000;

/**
 * What answers as another server is asked for its workspaces and for nothing else, and nothing of it is taken for ours, until a person
 * has said what happened (design §4, Identity). What a process does before it was told that it is another one cannot be held against it.
 */
export const identity: Oracle = (land) => {
  const { setting } = land;
  const { mirror, clock, installations } = setting;
  let accepted: string | undefined;
  const told = createTold(setting);
  land.grants.accepted = (by) => {
    accepted = by;
  };
  const isOurs = (): boolean => {
    const known = mirror.get('SyncServer', 'default', 'main')?.status?.identity;
    return known === undefined || [known, accepted].includes(installations.identity);
  };
  const knows = (life: string): boolean => {
    const last = told.of(life);
    return last?.identity === installations.identity && clock.now() - last.at >= UNDER_WAY_MS;
  };
  setting.onSyncCall(({ by, method, path }) => {
    // What a process that is gone sent in its time is only arriving.
    if (!setting.replicas.some(({ life, state }) => life === by && state !== 'down')) return;
    if (isOurs() || !knows(by) || /\/workspaces(\/default)?\/?(\?.*)?$/.test(path)) return;
    setting.violate(
      'identity',
      `${by} sends ${method} ${path} to ${installations.identity}, which nobody has accepted`,
    );
  });
  mirror.onChange((before, after) => {
    if (!after || !before || land.restoring) return;
    if (after.kind === 'SyncServer') return judgeServer(before.status?.identity, after.status?.identity);
    const [was, is] = [before.status ?? {}, after.status ?? {}];
    const isTaken = is.owned === true && (is.id !== was.id || was.owned !== true) && existsNow(is.id);
    const isRecorded = is.serverIdentity === installations.identity && was.serverIdentity !== is.serverIdentity;
    if (isOurs() || !(isRecorded || (isTaken && knows(leader())))) return;
    setting.violate(
      'identity',
      `${keyOf(after)} takes ${is.id} of ${installations.identity}, which nobody has accepted`,
    );
  });
  const existsNow = (id: string) =>
    Object.values(COLLECTIONS).some((collection) => setting.simulator.state[collection].has(id));
  const leader = () => setting.replicas.find(({ life }) => setting.identityOf(life) === mirror.leaseHolder)?.life ?? '';
  const judgeServer = (was: string | undefined, is: string | undefined) => {
    if (was === undefined || was === is || is === accepted) return;
    setting.violate('identity', `the SyncServer takes ${is} for its server, which nobody has accepted`);
  };
};
