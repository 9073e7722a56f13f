import { defineConfig } from 'vitest/config';
import { hasPrograms, locate, type Release } from './test/tools/locate.ts';

const common = { pool: 'forks', testTimeout: 60_000, hookTimeout: 60_000 } as const;

/** Against a real API server, after everything else, for they would slow each other down. */
const kube = (release: Release, include: string[]) => {
  if (locate(release)) {
    const setup = { globalSetup: ['test/real/setup.ts'], fileParallelism: false, sequence: { groupOrder: 1 } };
    const name = release === 'newest' ? 'kube' : 'kube-oldest';
    return [{ test: { ...common, testTimeout: 180_000, hookTimeout: 180_000, ...setup, name, include } }];
  }
  if (process.env.CI === 'true') throw new Error(`The API server (${release}) is not built: node test/tools/build.ts`);
  console.log(`Left out: the tests against a real API server (${release}); npm run test:kube builds it.`);
  return [];
};

/** With helm, promtool and the Lua of Argo CD. */
const install = () => {
  if (hasPrograms())
    return [
      { test: { ...common, testTimeout: 180_000, name: 'install', include: ['test/install/tools/**/*.test.ts'] } },
    ];
  if (process.env.CI === 'true') throw new Error('helm, promtool and lua are not built: node test/tools/build.ts');
  console.log('Left out: the tests with helm, promtool and lua; node test/tools/build.ts install builds them.');
  return [];
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'test/real/**', 'test/process/**', 'test/install/tools/**'],
        },
      },
      ...install(),
      ...kube('newest', ['test/real/**/*.test.ts']),
      ...kube('oldest', ['test/real/{conformance,crds}.test.ts']),
    ],
  },
});
