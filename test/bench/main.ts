import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ClientMethods } from './clientPart.ts';
import type { Case } from './landscape.ts';
import { measure } from './measure.ts';
import { clientTable, type Measured, miss, ROWS, table } from './report.ts';
import { startPart } from './rpc.ts';
import type { SyncMethods } from './syncPart.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

const USAGE = `usage: npm run bench -- [--jobs 1000,10000] [--workspaces 1,20] [--latency 0,40] [--no-client] [--json FILE] [--profile FOLDER]
Everything runs on loopback, over TLS, and ends by itself. 100,000 jobs take an hour: --jobs 100000 --workspaces 20 --latency 0.`;

/** Measures each case, one after the other, and prints the table. Exit code 1 when a target is missed by more than a factor of two. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      jobs: { type: 'string', default: '1000,10000' },
      workspaces: { type: 'string', default: '1,20' },
      latency: { type: 'string', default: '0,40' },
      client: { type: 'boolean', default: true },
      json: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
    allowNegative: true,
  });
  if (values.help) return print(USAGE);
  const cases = casesOf(numbers(values.jobs), numbers(values.workspaces), numbers(values.latency));
  const workshop = await openWorkshop(values.profile);
  try {
    const measured: Measured[] = [];
    for (const one of cases) {
      process.stderr.write(`${one.jobs} jobs in ${one.workspaces} workspaces, ${one.latencyMs} ms …\n`);
      measured.push({ ...one, figures: await measure(one, workshop) });
    }
    print(table(measured));
    const client = values.client ? await measureClient(workshop) : undefined;
    if (client) print(`\n${clientTable(CLIENT_JOBS, client)}`);
    if (values.json) writeFileSync(values.json, `${JSON.stringify({ measured, client }, undefined, 2)}\n`);
    const defects = measured.flatMap(({ figures, jobs }) => ROWS.filter((row) => (miss(row, figures, jobs) ?? 0) > 2));
    return defects.length > 0 ? 1 : 0;
  } finally {
    workshop.remove();
  }
}

const CLIENT_JOBS = 10_000;

async function measureClient({ cert, key }: Workshop) {
  const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  const sync = await startPart<SyncMethods>(here('syncPart.ts'), [cert, key, '0']);
  const { url, token } = await sync.call('about');
  const client = await startPart<ClientMethods>(here('clientPart.ts'), [url, token, cert]);
  try {
    return await client.call('measure', CLIENT_JOBS, 5_000);
  } finally {
    await client.end();
    await sync.end();
  }
}

/** Every size in one workspace at once, and each of the other choices alone: their products would say little more. */
function casesOf(jobs: readonly number[], workspaces: readonly number[], latencies: readonly number[]): Case[] {
  const [workspace, ...more] = workspaces;
  const [latencyMs, ...slower] = latencies;
  return jobs.flatMap((size) => [
    { jobs: size, workspaces: workspace!, latencyMs: latencyMs! },
    ...more.map((count) => ({ jobs: size, workspaces: count, latencyMs: latencyMs! })),
    ...slower.map((ms) => ({ jobs: size, workspaces: workspace!, latencyMs: ms })),
  ]);
}

function numbers(text: string): number[] {
  const found = text.split(',').map(Number);
  if (found.some((value) => !Number.isInteger(value) || value < 0)) {
    throw new Error(`"${text}": give whole numbers with commas between them\n${USAGE}`);
  }
  return found;
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(2);
  },
);
