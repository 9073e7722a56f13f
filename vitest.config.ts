import { defineConfig } from 'vitest/config';
import { hasPrograms, locate, type Release } from './test/tools/locate.ts';

const common = { pool: 'forks', testTimeout: 60_000, hookTimeout: 60_000 } as const;

/** Scenarios that a real API server can follow: not those with thousands of objects or with a day of virtual time. */
const SCENARIOS = [
  'skeleton',
  'adoption',
  'approval',
  'changes',
  'deletion',
  'hold',
  'secrets',
  'faults',
  'runs',
  'size',
  'namespaces',
  'clocks',
];

/** Against real API servers, one for each of two workers; one project after the other: they would slow each other down. */
const real = (name: string, groupOrder: number, include: string[], alias = {}) => {
  const patience = { testTimeout: 180_000, hookTimeout: 180_000, maxWorkers: 2, sequence: { groupOrder } };
  return { resolve: { alias }, test: { ...common, ...patience, name, include, globalSetup: ['test/real/setup.ts'] } };
};

/** Most of the time they wait: three at once keep two cores half busy. */
const WAITING = { maxWorkers: 3, sequence: { groupOrder: 3 } };

/** The built controller in a process of its own. */
const processes = {
  test: {
    ...common,
    ...{ testTimeout: 600_000, hookTimeout: 180_000, ...WAITING },
    name: 'process',
    include: ['test/process/**/*.test.ts'],
    globalSetup: ['test/process/setup.ts'],
  },
};

const here = (path: string) => new URL(path, import.meta.url).pathname;
const newest = [
  real('kube', 1, ['test/real/**/*.test.ts']),
  real(
    'kube-scenarios',
    2,
    SCENARIOS.map((name) => `test/scenarios/${name}.test.ts`),
    [
      { find: /^\.\.\/cluster\/cluster\.ts$/, replacement: here('test/real/scenarios/cluster.ts') },
      { find: /^\.\/virtualClock\.ts$/, replacement: here('test/real/scenarios/virtualClock.ts') },
    ],
  ),
  processes,
];
const oldest = [real('kube-oldest', 4, ['test/real/{conformance,crds}.test.ts'])];

/** What is not built is left out, and that is said; in CI the newest release has to be there. */
function whenBuilt<T>(release: Release, projects: T[]): T[] {
  if (locate(release)) return projects;
  if (process.env.CI === 'true' && release === 'newest') throw new Error(`no API server: node test/tools/build.ts`);
  const command = `npm run test:kube${release === 'oldest' ? ' -- --oldest' : ''}`;
  console.log(`Left out: the tests against a real API server (${release}); ${command} builds and runs them.`);
  return [];
}

/** With helm, promtool and the Lua of Argo CD; the chart also on an API server, when that is there. */
const install = () => {
  if (hasPrograms()) {
    const include = [
      'test/install/tools/**/*.test.ts',
      ...(locate('newest') ? ['test/install/real/**/*.test.ts'] : []),
    ];
    const patience = { testTimeout: 300_000, hookTimeout: 180_000, ...WAITING };
    return [{ test: { ...common, ...patience, name: 'install', include } }];
  }
  if (process.env.CI === 'true') throw new Error('helm, promtool and lua are not built: node test/tools/build.ts');
  console.log('Left out: the tests with helm, promtool and lua; node test/tools/build.ts install builds them.');
  return [];
};

export default defineConfig({
  test: {
    // All that runs in parallel is busy computing: a core left idle is a minute lost.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          ...common,
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'test/real/**', 'test/process/**', 'test/install/{tools,real}/**'],
        },
      },
      ...install(),
      ...whenBuilt('newest', newest),
      ...whenBuilt('oldest', oldest),
    ],
  },
});
