import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createMeter } from '../../src/observability/meter.ts';
import { measureProcess } from '../../src/observability/processMetrics.ts';
import { convergedWorld, itemNamed, quiet } from '../scenarios/landscape.ts';

const NAME =
  /\b(?:cdata_sync|controller_runtime|workqueue|leader_election|rest_client|reflector|process|nodejs)_[a-z0-9_]+/g;
const FILES = [
  'charts/sync-operator/files/alerts.yaml',
  'charts/sync-operator/files/dashboard.json',
  'docs/guides/metrics.md',
];

/** Every metric that a running controller has, by its name; histograms also by those of their parts. */
async function exposed(): Promise<Set<string>> {
  const world = await convergedWorld({ config: { leaderElect: true } });
  world.simulator.console.run(itemNamed(world, 'jobs', 'Nightly').id);
  await quiet(world);
  const process = createMeter();
  measureProcess(process, '0');
  const text = `${await world.metrics()}\n${(await process.scrape()).body}`;
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return new Set(
    types.flatMap(([, name, type]) => [
      name!,
      ...(type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : []),
    ]),
  );
}

test('alerts, dashboard and documentation speak only of metrics that there are', async () => {
  const names = await exposed();
  for (const file of FILES) {
    const used = [...new Set(readFileSync(file, 'utf8').match(NAME))].filter((name) => !name.endsWith('_'));
    expect(used.length).toBeGreaterThan(5);
    expect(used.filter((name) => !names.has(name))).toEqual([]);
  }
});

test('the page of metrics lists every one of ours', async () => {
  const page = readFileSync('docs/guides/metrics.md', 'utf8');
  const ours = [...(await exposed())].filter(
    (name) => name.startsWith('cdata_sync_') && !/_(bucket|sum|count)$/.test(name),
  );
  expect(ours.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
