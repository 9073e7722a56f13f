import { definitionOf } from '../../api/registry.ts';
import { sleep } from '../../ports/clock.ts';
import type { Cluster } from '../cluster.ts';
import { type Command, type Context, type Given, isOn, OUTPUT } from '../command.ts';
import { explain, INTERRUPTED } from '../failure.ts';
import { asData } from '../output.ts';
import { openSync } from '../sync.ts';
import { nameOf } from '../targets.ts';
import { addForeign } from './foreign.ts';
import type { StatusNode } from './node.ts';
import { renderTree } from './render.ts';
import { treeOf } from './tree.ts';

const AGAIN_MS = 2_000;
const CLEAR = '\u001b[H\u001b[2J';

/** The tree of servers and all that hangs below them. */
export const status: Command = {
  name: 'status',
  summary: 'Show servers and all below them as a tree: health, last and next runs, plans that wait, drift',
  args: '[server/NAME]',
  description:
    'Read from the statuses that the controller writes; with --foreign also from Sync, for what no resource stands for.\n● ready  ◌ working or waiting  ✗ stalled  ‖ suspended  − being deleted  ? not known  ○ in Sync only',
  flags: {
    'all-namespaces': { short: 'A', help: 'of all namespaces' },
    foreign: { help: 'also show what is in Sync only; reads the Secret with the token' },
    watch: { short: 'w', help: 'show it again whenever it changes, until Ctrl-C' },
    output: OUTPUT,
  },
  examples: [
    { text: 'all in this namespace', line: 'kubectl sync status' },
    { text: 'one server, with what is not managed yet', line: 'kubectl sync status server/prod --foreign' },
    { text: 'follow an apply', line: 'kubectl sync status --watch' },
  ],
  needs: ['list all kinds', 'get syncservers, secrets (--foreign)'],
  completes: 'server',
  async run(context, given) {
    const cluster = await context.cluster();
    if (!isOn(given, 'watch')) {
      context.terminal.out(await textOf(context, cluster, given));
      return 0;
    }
    return watch(context, cluster, given);
  },
};

async function watch(context: Context, cluster: Cluster, given: Given): Promise<number> {
  const { terminal, clock, signal } = context;
  let before: string | undefined;
  while (!signal.aborted) {
    const text = await textOf(context, cluster, given);
    if (text !== before) terminal.out(terminal.live ? CLEAR + text : `${before === undefined ? '' : '\n'}${text}`);
    before = text;
    await sleep(clock, AGAIN_MS, signal);
  }
  return INTERRUPTED;
}

async function textOf(context: Context, cluster: Cluster, given: Given): Promise<string> {
  const { terminal, clock } = context;
  const namespace = isOn(given, 'all-namespaces') ? null : undefined;
  const all = await treeOf(cluster, namespace);
  const name = given.args.length > 0 ? nameOf(given, 'SyncServer') : undefined;
  if (name !== undefined) await cluster.get(definitionOf('SyncServer')!, name);
  const roots = all.filter((root) => name === undefined || (root.kind === 'SyncServer' && root.name === name));
  if (isOn(given, 'foreign')) for (const root of roots) await foreign(context, cluster, root);
  const text = asData(given, roots) ?? renderTree(roots, terminal, clock.now());
  return (
    text || `nothing of sync-operator is in ${namespace === null ? 'the cluster' : `namespace ${cluster.namespace}`}\n`
  );
}

/** What cannot be read is said, and the rest is shown all the same. */
async function foreign(context: Context, cluster: Cluster, root: StatusNode): Promise<void> {
  if (root.kind !== 'SyncServer') return;
  try {
    const server = await cluster.get(definitionOf('SyncServer')!, root.name, root.namespace);
    const sync = await openSync(context, cluster, server);
    try {
      await addForeign(root, sync);
    } finally {
      sync.close();
    }
  } catch (error) {
    const words = explain(error);
    if (words === undefined) throw error;
    context.terminal.err(`what only Sync knows of server/${root.name} cannot be shown: ${words}\n`);
  }
}
