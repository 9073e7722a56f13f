import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { kubeconfig } from '../../cluster/serve.ts';
import { type ControlPlane, startControlPlane } from '../../real/controlPlane.ts';
import { locate } from '../../tools/locate.ts';
import { output, run } from '../tools/programs.ts';

/** A real API server of its own that writes an audit log, with kubectl and helm as its administrator. */
export interface InstallStage {
  kubectl(args: readonly string[], input?: string): string;
  helm(args: readonly string[], input?: string): string;
  /** What helm says on standard error when it fails; undefined when it does not. */
  helmRefusal(args: readonly string[], input?: string): string | undefined;
  /** A kubeconfig file for a service account, with a token that the API server gave. */
  kubeconfigOf(namespace: string, account: string): string;
  /** What that service account has asked for, by the audit log. */
  audit(namespace: string, account: string): AuditEntry[];
  stop(): Promise<void>;
}

export interface AuditEntry {
  verb: string;
  requestURI: string;
  user: { username: string };
  objectRef?: { resource?: string; subresource?: string; apiGroup?: string; namespace?: string; name?: string };
  responseStatus?: { code: number };
}

const POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [{ level: 'Metadata', userGroups: ['system:serviceaccounts'] }, { level: 'None' }],
};

export async function createInstallStage(): Promise<InstallStage> {
  const folder = mkdtempSync(join(tmpdir(), 'install-'));
  const [policy, log, admin] = ['policy.yaml', 'audit.log', 'admin.kubeconfig'].map((name) => join(folder, name));
  writeFileSync(policy!, stringify(POLICY));
  const plane: ControlPlane = await startControlPlane(locate('newest')!, {
    args: [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`],
  });
  const { url, ca, tokens } = plane.access;
  writeFileSync(admin!, kubeconfig(url, { token: tokens.admin, ca }));
  const asAdmin = (args: readonly string[]) => [...args, '--kubeconfig', admin!];
  const stage: InstallStage = {
    kubectl: (args, input) => output('kubectl', asAdmin(args), input),
    helm: (args, input) => output('helm', asAdmin(args), input),
    helmRefusal(args, input) {
      const { code, stderr } = run('helm', asAdmin(args), input);
      return code === 0 ? undefined : stderr;
    },
    kubeconfigOf(namespace, account) {
      const token = stage.kubectl(['create', 'token', account, '--namespace', namespace]).trim();
      const file = join(folder, `${namespace}-${account}.kubeconfig`);
      writeFileSync(file, kubeconfig(url, { token, ca }));
      return file;
    },
    audit(namespace, account) {
      const lines = readFileSync(log!, 'utf8').trim().split('\n');
      const entries = lines.map((line) => JSON.parse(line) as AuditEntry);
      return entries.filter(({ user }) => user.username === `system:serviceaccount:${namespace}:${account}`);
    },
    async stop() {
      await plane.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return stage;
}
