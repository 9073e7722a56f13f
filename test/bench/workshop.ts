import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Files that the bench makes for itself. */
export interface Workshop {
  /** Paths of a certificate for 127.0.0.1 and its key; `ca` is the certificate's text. */
  cert: string;
  key: string;
  ca: string;
  /** Where the kubeconfig of the cluster goes. */
  kubeconfig: string;
  /** The controller with the bench's log, bundled as the image's is. */
  operator: string;
  /** Where CPU profiles of the controller go, when they are wanted. */
  profile?: string;
  remove(): void;
}

/** Needs openssl. */
export async function openWorkshop(profile?: string): Promise<Workshop> {
  const folder = mkdtempSync(join(tmpdir(), 'sync-operator-bench-'));
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', cert], { stdio: 'pipe' });
  const operator = join(folder, 'operator.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('operatorPart.ts', import.meta.url))],
    outfile: operator,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    minifyWhitespace: true,
    minifySyntax: true,
    banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
  });
  return {
    cert,
    key,
    ca: readFileSync(cert, 'utf8'),
    kubeconfig: join(folder, 'kubeconfig'),
    operator,
    ...(profile !== undefined && { profile }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
