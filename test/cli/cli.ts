import { type CliPorts, COMPLETE, runCli } from '../../src/cli/run.ts';
import type { Random } from '../../src/ports/random.ts';
import { kubeconfig } from '../cluster/serve.ts';
import { SYNC_URL } from '../support/manifests.ts';
import { createNetwork, type Network } from '../support/network.ts';
import { createSeededRandom } from '../support/seededRandom.ts';
import { KUBE_URL, type World } from '../support/world.ts';

export interface CliResult {
  code: number;
  out: string;
  err: string;
}

/** `kubectl sync` as a person in a world of tests uses it: on its virtual time, with all rights on its cluster. */
export interface Cli {
  /** Runs one command line to its end. */
  run(...argv: string[]): Promise<CliResult>;
  /** Begins one; `done` says what came of it, `seen` what it has printed so far. */
  start(...argv: string[]): { done: Promise<CliResult>; seen(): CliResult; interrupt(): void };
  /** Files by path; folders follow from them. */
  files: Map<string, string | Uint8Array>;
  network: Network;
  /** The cluster as it answers by itself, for tests that put something before it. */
  kube: World['cluster']['handler'];
  /** What a person types at the next question. */
  answers: string[];
  /** On a terminal that redraws, with colours. */
  terminal: { live: boolean; colours: boolean };
}

const KUBECONFIG = '/home/kubeconfig';

export function createCli(world: Pick<World, 'clock' | 'cluster' | 'simulator'>): Cli {
  const random: Random = createSeededRandom(77);
  const network = createNetwork({ clock: world.clock, random });
  network.serve(KUBE_URL, world.cluster.handler);
  network.serve(SYNC_URL, world.simulator.handler);
  const files = new Map<string, string | Uint8Array>([[KUBECONFIG, kubeconfig(KUBE_URL)]]);
  const answers: string[] = [];
  const terminal = { live: false, colours: false };
  const cli: Cli = {
    files,
    network,
    kube: world.cluster.handler,
    answers,
    terminal,
    start(...argv) {
      const seen = { code: -1, out: '', err: '' };
      const stop = new AbortController();
      const ports: CliPorts = {
        clock: world.clock,
        random,
        transport: network,
        env: { KUBECONFIG },
        disk: diskOf(files),
        signal: stop.signal,
        terminal: {
          ...terminal,
          out(text) {
            seen.out += text;
          },
          err(text) {
            seen.err += text;
          },
          width: 100,
          ask: async (question) => {
            seen.err += question;
            return answers.shift();
          },
        },
      };
      const place = ['--kubeconfig', KUBECONFIG];
      const words = argv[0] === COMPLETE ? [COMPLETE, ...place, ...argv.slice(1)] : [...place, ...argv];
      const done = runCli(words, ports).then((code) => ({ ...seen, code }));
      return { done, seen: () => ({ ...seen }), interrupt: () => stop.abort() };
    },
    async run(...argv) {
      // Loaded on demand; reading it from the disk takes time that is not virtual.
      await import('../../src/kube/kubeconfig.ts');
      let result: CliResult | undefined;
      const { done, seen } = cli.start(...argv);
      const failed = done.then((value) => {
        result = value;
      });
      await world.clock.until(() => result !== undefined, 600_000, `kubectl sync ${argv.join(' ')}\n${seen().err}`);
      await failed;
      return result!;
    },
  };
  return cli;
}

function diskOf(files: Map<string, string | Uint8Array>): CliPorts['disk'] {
  const text = (value: string | Uint8Array) => (typeof value === 'string' ? value : Buffer.from(value).toString());
  return {
    read: (path) => {
      const found = files.get(path);
      return found === undefined ? undefined : text(found);
    },
    write: (path, value) => void files.set(path, value),
    input: async () => text(files.get('-') ?? ''),
    folder(path) {
      const prefix = path.endsWith('/') ? path : `${path}/`;
      const names = new Set(
        [...files.keys()].filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length).split('/')[0]!),
      );
      if (names.size === 0) return undefined;
      return [...names].sort().map((name) => ({ name, path: prefix + name, isFolder: !files.has(prefix + name) }));
    },
  };
}
