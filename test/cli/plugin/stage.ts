import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createPrinter } from '../../../tools/demo/print.ts';
import { type Stage, setStage } from '../../../tools/demo/stage.ts';

/** A cluster, a Sync server and the controller on loopback, and a stock kubectl with the built plugin on its PATH. */
export interface PluginStage extends Stage {
  /** `kubectl LINE` as a shell splits it; `terminal`: on a terminal of its own, where both outputs are one. */
  kubectl(line: string, options?: { terminal?: boolean; env?: Record<string, string> }): Promise<Result>;
}

export interface Result {
  code: number;
  out: string;
  err: string;
}

export interface PluginOptions {
  /** The program. */
  kubectl: string;
  /** A real cluster's file; the twin when absent. */
  kubeconfig?: string;
}

/** Builds the plugin, installs it under kubectl's names for it, and makes what `examples/basic` describes. */
export async function setPluginStage({ kubectl, kubeconfig }: PluginOptions): Promise<PluginStage> {
  const folder = mkdtempSync(join(tmpdir(), 'plugin-'));
  execFileSync(process.execPath, ['tools/build.ts', folder]);
  chmodSync(join(folder, 'kubectl-sync.js'), 0o755);
  for (const name of ['kubectl-sync', 'kubectl_complete-sync']) symlinkSync('kubectl-sync.js', join(folder, name));
  const print = createPrinter(() => {}, false);
  const stage = await setStage({ print, ...(kubeconfig !== undefined && { kubeconfig }) });
  await stage.cluster.apply(...stage.examples);
  await stage.operator.start();
  await stage.untilReady('SyncJob', 'crm-nightly');
  const path = [folder, dirname(process.execPath), process.env.PATH].join(delimiter);
  return {
    ...stage,
    kubectl(line, { terminal = false, env = {} } = {}) {
      const command = `${kubectl} ${line}`;
      const argv = terminal ? ['script', '-qefc', command, '/dev/null'] : ['sh', '-c', command];
      const all = { ...process.env, PATH: path, KUBECONFIG: stage.kubeconfig, TERM: 'xterm', NO_COLOR: '', ...env };
      return new Promise((resolve) => {
        const child = execFile(argv[0]!, argv.slice(1), { env: all, timeout: 60_000 }, (error, out, err) =>
          resolve({ code: error ? Number(error.code ?? -1) : 0, out: out.replaceAll('\r\n', '\n'), err }),
        );
        child.stdin?.end();
      });
    },
    async close() {
      await stage.close();
      rmSync(folder, { recursive: true });
    },
  };
}
