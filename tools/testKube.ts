import { spawnSync } from 'node:child_process';

/**
 * `npm run test:kube [-- --oldest] [FILTER…]`: the tests against a real API server, built first if need be. Of the newest Kubernetes
 * unless `--oldest`; filters are vitest's.
 */
const given = process.argv.slice(2);
const oldest = given.includes('--oldest');
const filters = given.filter((word) => word !== '--oldest');
const projects = oldest ? ['kube-oldest'] : ['kube', 'kube-scenarios', 'process'];

function run(program: string, ...args: string[]): void {
  const { status, signal } = spawnSync(program, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(signal ? 1 : (status ?? 1));
}

run(process.execPath, 'test/tools/build.ts', oldest ? 'oldest' : 'newest');
run('npx', 'vitest', 'run', ...projects.flatMap((name) => ['--project', name]), ...filters);
