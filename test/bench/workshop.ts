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
  /** The controller with the bench's log, bundled as the image's is. */
  operator: string;
  /** Flags for the controller's Node: those of the image, and what a profile needs. */
  flags: string[];
  remove(): void;
}

/** As in the Dockerfile. */
const IMAGE_FLAGS = ['--max-semi-space-size=8'];

/** Needs openssl. `profile`: a folder for CPU profiles of the controller. */
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
    operator,
    flags: [...IMAGE_FLAGS, ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`])],
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
