import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../src/ports/clock.ts';
import { VERSION } from '../../src/version.ts';
import { createCluster } from '../cluster/cluster.ts';
import { readCrds } from '../cluster/readCrds.ts';
import { kubeconfig, serveCluster } from '../cluster/serve.ts';
import { createSeededRandom } from '../support/seededRandom.ts';

/** The image cannot be built where no container engine is; here is checked what its Dockerfile would do, and its bundle is run as there. */

const dockerfile = readFileSync('Dockerfile', 'utf8');
const USER = 65_532;
/** Only root can become another user; anyone else is without rights already. */
const asUser = process.getuid?.() === 0 ? { uid: USER, gid: USER } : {};
let folder: string;
let app: string;
let empty: string;
const children: ChildProcess[] = [];

beforeAll(() => {
  execFileSync(process.execPath, ['tools/build.ts']);
  folder = mkdtempSync(join(tmpdir(), 'image-'));
  chmodSync(folder, 0o755);
  app = join(folder, 'app');
  empty = join(folder, 'empty');
  mkdirSync(app);
  mkdirSync(empty);
  for (const { from, to } of copied('build')) {
    const target = join(app, basename(to));
    copyFileSync(from.replace(/^\/build\//, ''), target);
    chmodSync(target, 0o444);
  }
  for (const path of [app, empty]) chmodSync(path, 0o555);
});

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  for (const path of [app, empty]) chmodSync(path, 0o755);
  rmSync(folder, { recursive: true, force: true });
});

interface Copy {
  from: string;
  to: string;
}

/** What COPY takes from a stage, or from the repository. */
function copied(stage?: string): Copy[] {
  return [...dockerfile.matchAll(/^COPY (.*)$/gm)].flatMap(([, text]) => {
    const words = text!.split(/\s+/);
    const flags = words.filter((word) => word.startsWith('--'));
    if (flags.find((flag) => flag.startsWith('--from='))?.slice(7) !== stage) return [];
    const paths = words.filter((word) => !word.startsWith('--'));
    const to = paths.pop()!;
    return paths.map((from) => ({ from, to }));
  });
}

/** The program and its arguments, as ENTRYPOINT says, in this folder instead of /app. */
function entrypoint(): string[] {
  const words = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)![1]!) as string[];
  return words.map((word) => (word === 'node' ? process.execPath : word.replace(/^\/app/, app)));
}

function run(args: string[], env: Record<string, string> = {}) {
  const [program, ...given] = entrypoint();
  const child = spawn(program!, [...given, ...args], { cwd: empty, env, ...asUser, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream!.on('data', (text) => (output += String(text)));
  const code = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, code, output: () => output };
}

test('every source of COPY exists, and .dockerignore lets it in', () => {
  const sources = copied().map(({ from }) => from);
  const allowed = readFileSync('.dockerignore', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('!'));
  expect(sources.length).toBeGreaterThan(3);
  expect(sources.filter((path) => !existsSync(path))).toEqual([]);
  expect(sources.filter((path) => !allowed.includes(`!${path}`))).toEqual([]);
  expect(copied('build').map(({ from }) => from)).toEqual(['/build/dist/main.js', '/build/dist/main.js.map']);
});

test('the image is pinned, runs as nobody, and has the Node that the tests ran on', () => {
  expect(dockerfile).toContain(`ARG NODE_IMAGE=node:${process.versions.node}-`);
  expect(dockerfile).toContain(`USER ${USER}:${USER}`);
  expect(dockerfile).toContain(`ARG VERSION=${VERSION}`);
  const [, ...stages] = dockerfile.split(/^FROM /m);
  expect(stages.map((stage) => stage.split('\n')[0])).toEqual([
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as in the Dockerfile
    '--platform=$BUILDPLATFORM ${NODE_IMAGE} AS build',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as in the Dockerfile
    '${NODE_IMAGE}',
  ]);
});

test('one version everywhere', () => {
  expect((JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version).toBe(VERSION);
});

test('the bundle says its version, as another user, from an empty read-only folder', async () => {
  const { code, output } = run(['--version']);
  expect(await code).toBe(0);
  expect(output()).toBe(`${VERSION}\n`);
});

test('a wrong flag ends it with words that name the flag', async () => {
  const { code, output } = run(['--nonsense']);
  expect(await code).toBe(2);
  expect(output()).toContain('--nonsense');
});

test('the bundle reaches a cluster, becomes ready, and ends by SIGTERM with 0', async () => {
  const cluster = createCluster({ clock: systemClock(), random: createSeededRandom(1) });
  for (const crd of readCrds('crds')) cluster.install(crd);
  const server = await serveCluster(cluster);
  try {
    const file = join(folder, 'kubeconfig');
    writeFileSync(file, kubeconfig(server.url));
    const env = {
      SYNC_OPERATOR_KUBECONFIG: file,
      SYNC_OPERATOR_METRICS_ADDRESS: '127.0.0.1:0',
      SYNC_OPERATOR_HEALTH_ADDRESS: '127.0.0.1:0',
    };
    const { child, code, output } = run([], env);
    await until(() => output().includes('"reconciling"'), child, output);
    expect(output()).not.toMatch(/Warning|"level":"(error|fatal)"/);
    child.kill('SIGTERM');
    expect(await code).toBe(0);
  } finally {
    await server.close();
  }
});

/** Until it holds; fails with the output when the process ends first. */
async function until(holds: () => boolean, child: ChildProcess, output: () => string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const look = () => {
      if (holds()) resolve();
    };
    child.stdout!.on('data', look);
    child.once('exit', (code) => reject(new Error(`ended with ${code}:\n${output()}`)));
    look();
  });
}
