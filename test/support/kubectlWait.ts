import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import { kubeconfig, serveCluster } from '../cluster/serve.ts';
import { locate } from '../tools/locate.ts';

/** `kubectl wait` of a stock kubectl, for the objects of one cluster. */
export interface Waiter {
  /** `condition=Ready=False` or `delete`; of what is there now, or of what comes within so many seconds. Resolves to whether it came. */
  wait(target: string, what: string, seconds?: number): Promise<boolean>;
}

/** The kubectl that test/tools pins, else that of the PATH; undefined when there is neither. */
export function kubectlProgram(): string | undefined {
  const pinned = locate('newest')?.kubectl;
  if (pinned) return pinned;
  return spawnSync('kubectl', ['version', '--client']).status === 0 ? 'kubectl' : undefined;
}

/** Serves the cluster while `use` has its say. Rejects when kubectl fails for another reason than that its time is over. */
export async function withKubectl(program: string, cluster: Cluster, use: (waiter: Waiter) => Promise<void>) {
  const folder = mkdtempSync(join(tmpdir(), 'kubectl-'));
  const server = await serveCluster(cluster);
  const config = join(folder, 'config');
  writeFileSync(config, kubeconfig(server.url));
  const common = ['--kubeconfig', config, '--cache-dir', join(folder, 'cache')];
  const wait: Waiter['wait'] = (target, what, seconds = 0) =>
    new Promise((resolve, reject) => {
      const args = [...common, 'wait', target, `--for=${what}`, `--timeout=${seconds}s`];
      execFile(program, args, (error, _out, said) => {
        if (!error) resolve(true);
        else if (/timed out|condition not met/.test(said)) resolve(false);
        else reject(new Error(`kubectl wait ${target} ${what}: ${said}`));
      });
    });
  try {
    await use({ wait });
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
