import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  assets,
  cacheOf,
  folderOf,
  hasPrograms,
  INSTALL_MODULES,
  locate,
  type Module,
  modulesOf,
  type Release,
} from './locate.ts';

const USAGE = 'usage: node test/tools/build.ts [--optional] [newest|oldest|install ...]';

/**
 * Builds kube-apiserver, kube-controller-manager, kubectl and etcd, and helm, promtool and Lua, from the modules here, unless they
 * are built or KUBEBUILDER_ASSETS has them. With --optional a machine without Go is told so in one line, but not with CI=true.
 */
function main(): void {
  const { values, positionals } = parseArgs({ options: { optional: { type: 'boolean' } }, allowPositionals: true });
  const wanted = positionals.length > 0 ? positionals : ['newest', 'oldest', 'install'];
  const missing = [...new Set(wanted.flatMap(missingFor))];
  if (missing.length === 0) return;
  if (spawnSync('go', ['version']).status === 0) return void missing.forEach(build);
  const why = `the tests with real programs (${wanted.join(', ')}) need Go, or an API server in KUBEBUILDER_ASSETS`;
  if (!values.optional || process.env.CI === 'true') throw new Error(`${why}: neither is here`);
  process.stdout.write(`Left out: ${why}.\n`);
}

function missingFor(text: string): readonly Module[] {
  if (text === 'install') return hasPrograms() ? [] : INSTALL_MODULES;
  const release = toRelease(text);
  return assets(release) || locate(release) ? [] : modulesOf(release);
}

function toRelease(text: string): Release {
  if (text !== 'newest' && text !== 'oldest') throw new Error(USAGE);
  return text;
}

function build(module: Module): void {
  const target = cacheOf(module);
  if (existsSync(target)) return;
  process.stdout.write(`Building test/tools/${module}; this takes minutes, once …\n`);
  const began = Date.now();
  mkdirSync(dirname(target), { recursive: true });
  const folder = mkdtempSync(`${target}-`);
  try {
    // promtool without the clients of a dozen clouds.
    const tags = module === 'prometheus' ? ['-tags', 'remove_all_sd'] : [];
    const args = [
      'build',
      '-trimpath',
      ...tags,
      // Neither inlined nor with tables for a debugger: a third less time to build, for programs that mostly wait.
      '-gcflags=all=-dwarf=false -l',
      '-ldflags',
      `-s -w ${versionFlags(module)}`,
      '-o',
      ...targetOf(module, folder),
    ];
    const { status } = spawnSync('go', args, { cwd: folderOf(module), stdio: 'inherit' });
    if (status !== 0) throw new Error(`go build failed in test/tools/${module}`);
    // Whoever built the same at the same time may have been faster.
    if (!existsSync(target)) renameSync(folder, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(`Built test/tools/${module} in ${Math.round((Date.now() - began) / 1000)} s.\n`);
}

/** Where the program goes, and what is built. */
function targetOf(module: Module, folder: string): string[] {
  // etcd's program would be called `v3`.
  if (module === 'etcd') return [join(folder, 'etcd'), 'go.etcd.io/etcd/server/v3'];
  if (module === 'lua') return [join(folder, 'lua'), '.'];
  return [`${folder}/`, 'tool'];
}

/** What `/version` and `kubectl version` say; a build from a module does not know. */
function versionFlags(module: Module): string {
  const pinned = /^\s*(?:require )?k8s\.io\/kubernetes v(\d+)\.(\d+)\.(\d+)/m.exec(
    readFileSync(join(folderOf(module), 'go.mod'), 'utf8'),
  );
  if (!pinned) return '';
  const [, major, minor, patch] = pinned;
  const values = { gitVersion: `v${major}.${minor}.${patch}`, gitMajor: major, gitMinor: minor };
  return Object.entries(values)
    .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
    .join(' ');
}

try {
  main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
