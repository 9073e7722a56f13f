import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';

const SETTLED_MS = 3_000;
const WATCHED_MS = 6_000;

export const quiet: Step = {
  title: 'Quiet when nothing changes, also after a crash',
  async run(stage) {
    const { print, operator, prove } = stage;
    // What was learned of the server is written into its status at the next look at it.
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
    print.say(`looking on for ${WATCHED_MS / 1000} seconds, three polls of the server`);
    const first = await watch(stage);
    if (first !== '') print.quote([`written: ${first}`]);
    prove('in the steady state nothing is written, neither to Sync nor to the resources', first === '');
    print.say('kill -9, and the controller is started again');
    await operator.kill();
    await operator.start();
    const second = await watch(stage);
    if (second !== '') print.quote([`written: ${second}`]);
    prove('after a crash the controller takes up where it was and writes nothing', second === '');
  },
};

/** What was written in a while; empty when nothing was. */
async function watch({ cluster, writesSince }: Stage): Promise<string> {
  const versions = async () => {
    const lists = await Promise.all(['SyncServer', 'SyncWorkspace', 'SyncConnection', 'SyncJob'].map(cluster.list));
    return lists.flat().map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.resourceVersion}`);
  };
  const [since, before] = [Date.now(), await versions()];
  await new Promise((resolve) => setTimeout(resolve, WATCHED_MS));
  const after = await versions();
  const changed = after.filter((version) => !before.includes(version));
  return [...writesSince(since), ...changed].join(', ');
}
