import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../tools/bundle.ts';

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
  /** The flag with which Node has the heap that it takes in a container of the chart's limit; 512 MiB: 280 MB, as seen in a cgroup. */
  heapFlag: string;
  /** The image's setting of the C library, for the controller's environment. */
  env: Record<string, string>;
  remove(): void;
}

const DOCKERFILE = new URL('../../Dockerfile', import.meta.url);
const VALUES = new URL('../../charts/sync-operator/values.yaml', import.meta.url);

/** How the image starts Node. */
function image(): Pick<Workshop, 'flags' | 'env'> {
  const text = readFileSync(DOCKERFILE, 'utf8');
  const entrypoint = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(text)![1]!) as string[];
  const [name, value] = /\b(MALLOC_ARENA_MAX)=(\d+)/.exec(text)!.slice(1) as [string, string];
  return { flags: entrypoint.filter((word) => word.startsWith('--')), env: { [name]: value } };
}

/** Node gives the old space half of what a container may use. */
function heapFlag(): string {
  const limit = Number(/limits:\s+memory: (\d+)Mi/.exec(readFileSync(VALUES, 'utf8'))![1]);
  return `--max-old-space-size=${limit / 2}`;
}

/** Needs openssl. `profile`: a folder for CPU profiles of the controller. */
export async function openWorkshop(profile?: string): Promise<Workshop> {
  const { flags, env } = image();
  const folder = mkdtempSync(join(tmpdir(), 'sync-operator-bench-'));
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', cert], { stdio: 'pipe' });
  await bundle({ operator: fileURLToPath(new URL('operatorPart.ts', import.meta.url)) }, folder, '.mjs');
  return {
    cert,
    key,
    ca: readFileSync(cert, 'utf8'),
    operator: join(folder, 'operator.mjs'),
    env,
    heapFlag: heapFlag(),
    flags: [...flags, ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`])],
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
