import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Which Kubernetes: the newest that is pinned, or the oldest that we support. */
export type Release = 'newest' | 'oldest';

/** Paths of programs. kubebuilder's assets have no controller manager. */
export interface Binaries {
  etcd: string;
  apiServer: string;
  kubectl: string;
  controllerManager?: string;
}

/** A Go module below `test/tools`. */
export type Module = 'etcd' | 'kubernetes' | 'kubernetes-oldest' | InstallModule;

/** What the tests of chart, alerts and Argo CD settings need. */
export type InstallModule = 'helm' | 'prometheus' | 'lua';

export const INSTALL_MODULES: readonly InstallModule[] = ['helm', 'prometheus', 'lua'];

const MODULE_OF: Readonly<Record<Release, Module>> = { newest: 'kubernetes', oldest: 'kubernetes-oldest' };

export const modulesOf = (release: Release): Module[] => ['etcd', MODULE_OF[release]];

export const folderOf = (module: Module) => join(import.meta.dirname, module);

/** Where a module's programs are, or go: the same for all checkouts whose `go.mod` and `go.sum` are the same. */
export function cacheOf(module: Module): string {
  // `lua` is a program of its own.
  const names = module === 'lua' ? ['go.mod', 'go.sum', 'main.go'] : ['go.mod', 'go.sum'];
  const pins = names.map((name) => readFileSync(join(folderOf(module), name)));
  const digest = createHash('sha256').update(Buffer.concat(pins)).digest('hex').slice(0, 16);
  const root = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(root, 'sync-operator', 'tools', `${module}-${process.platform}-${process.arch}-${digest}`);
}

/** The folder in KUBEBUILDER_ASSETS, which wins over what the modules pin. It stands for the newest release. */
export const assets = (release: Release) =>
  release === 'newest' ? process.env.KUBEBUILDER_ASSETS || undefined : undefined;

/** The programs of a release; undefined when they are not built and not in KUBEBUILDER_ASSETS. */
export function locate(release: Release): Binaries | undefined {
  const given = assets(release);
  const [etcd, kubernetes] = given ? [given, given] : (modulesOf(release).map(cacheOf) as [string, string]);
  const controllerManager = join(kubernetes, 'kube-controller-manager');
  const found: Binaries = {
    etcd: join(etcd, 'etcd'),
    apiServer: join(kubernetes, 'kube-apiserver'),
    kubectl: join(kubernetes, 'kubectl'),
    ...(existsSync(controllerManager) ? { controllerManager } : {}),
  };
  const missing = Object.values(found).filter((path) => !existsSync(path));
  if (given && missing.length > 0) throw new Error(`KUBEBUILDER_ASSETS: ${missing.join(', ')} is not there`);
  return missing.length === 0 ? found : undefined;
}

const PROGRAMS = { helm: 'helm', promtool: 'prometheus', lua: 'lua' } as const;
export type Program = keyof typeof PROGRAMS;

/** The path of helm, promtool or the Lua of Argo CD; undefined when it is not built. */
export function programOf(name: Program): string | undefined {
  const path = join(cacheOf(PROGRAMS[name]), name);
  return existsSync(path) ? path : undefined;
}

/** Whether all three are there. */
export function hasPrograms(): boolean {
  return (Object.keys(PROGRAMS) as Program[]).every((name) => programOf(name) !== undefined);
}
