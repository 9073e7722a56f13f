import type { Land } from '../land.ts';
import { conditionOf } from '../mirror.ts';

/** The person who says what happened when another server answers, by `accept-server` on the SyncServer. */
export interface Accepter {
  /** False: this person knows that the first one will be back, and waits. */
  answers: boolean;
}

const ACCEPT = 'sync.cdata.com/accept-server';
/** How often the person looks; ms. */
const LOOK_MS = 60_000;
/** How long after a swap the person believes what is said, and after an answer that it has no effect; ms. */
const PATIENCE_MS = 180_000;

/** Answers what the resources ask for, and is mistaken now and then. */
export function createAccepter(land: Land): Accepter {
  const { setting } = land;
  const { clock, mirror, cluster, installations, rareDice, timeline } = setting;
  const accepter: Accepter = { answers: false };
  let saidAt = Number.NEGATIVE_INFINITY;

  const isAsked = (identity: string): boolean => {
    const server = conditionOf(mirror.get('SyncServer', 'default', 'main')!, 'Stalled');
    if (server) return server.reason === 'ServerChanged' && server.message.includes(`=moved:${identity} `);
    // Of what was said to be the same objects, some are not there.
    const rest = [...mirror.resources.values()].map((one) => conditionOf(one, 'Stalled'));
    return rest.some((stalled) => stalled?.message.includes('accept it as replaced'));
  };
  const say = (value: string | null, identity: string) => {
    const server = mirror.get('SyncServer', 'default', 'main')!;
    const metadata = { annotations: { [ACCEPT]: value } };
    cluster.patch(server.kind, server.metadata.name, server.metadata.namespace, { metadata });
    if (value?.endsWith(`:${identity}`)) land.grants.accepted(identity);
    timeline.note('kubectl', value === null ? `takes ${ACCEPT} away` : `sets ${ACCEPT} to ${value}`);
  };
  const look = () => {
    clock.after(LOOK_MS, look);
    const { identity, since } = installations;
    const now = clock.now();
    if (!accepter.answers || now - Math.max(since, saidAt) < PATIENCE_MS || !isAsked(identity)) return;
    const mistaken = [`replaced:${identity}0`, `moved:${identity}`, identity];
    const value = rareDice.chance(0.2) ? rareDice.pick(mistaken) : `replaced:${identity}`;
    // What a restore has brought back, or an outage kept from being seen, is no answer until it is given anew.
    const isThere = mirror.get('SyncServer', 'default', 'main')!.metadata.annotations?.[ACCEPT] === value;
    if (!isThere) saidAt = now;
    say(isThere ? null : value, identity);
  };
  clock.after(LOOK_MS, look);
  return accepter;
}
