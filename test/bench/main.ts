import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { locate } from '../tools/locate.ts';
import type { ClientMethods } from './clientPart.ts';
import type { Case } from './landscape.ts';
import { measure } from './measure.ts';
import { clientTable, type Measured, miss, ROWS, table, title } from './report.ts';
import { startPart } from './rpc.ts';
import type { SyncMethods } from './syncPart.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

const USAGE = `usage: npm run bench -- [--jobs 1000,10000] [--workspaces 1,20] [--latency 0,40] [--real|--no-real] [--no-client] [--json FILE] [--profile FOLDER]
Every size in one workspace on a server that answers at once, and each other choice alone; the same against a real API server
where it is built (node test/tools/build.ts newest). Everything runs on loopback, over TLS, and ends by itself: a case takes four to ten
minutes, of which three are rest. 100,000 jobs take a quarter of an hour: --jobs 100000 --workspaces 20 --latency 0 --no-real.`;

/** Measures each case, one after the other, and prints the table. Exit code 1 when a target is missed by more than a factor of two. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      jobs: { type: 'string', default: '1000,10000' },
      workspaces: { type: 'string', default: '1,20' },
      latency: { type: 'string', default: '0,40' },
      client: { type: 'boolean', default: true },
      real: { type: 'boolean' },
      json: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
    allowNegative: true,
  });
  if (values.help) return print(USAGE);
  const isBuilt = locate('newest') !== undefined;
  if (values.real && !isBuilt)
    throw new Error('--real: there is no API server; node test/tools/build.ts newest makes it');
  const cases = casesOf({
    jobs: numbers(values.jobs),
    workspaces: numbers(values.workspaces),
    latencies: numbers(values.latency),
    real: values.real ?? isBuilt,
  });
  const workshop = await openWorkshop(values.profile);
  try {
    const measured: Measured[] = [];
    for (const one of cases) {
      const began = Date.now();
      process.stderr.write(`${title(one)} …\n`);
      measured.push({ ...one, figures: await measure(one, workshop) });
      process.stderr.write(`… ${((Date.now() - began) / 60_000).toFixed(1)} min\n`);
    }
    print(table(measured));
    const client = values.client ? await measureClient(workshop) : undefined;
    if (client) print(`\n${clientTable(CLIENT_JOBS, client)}`);
    if (values.json) writeFileSync(values.json, `${JSON.stringify({ measured, client }, undefined, 2)}\n`);
    const defects = measured.flatMap((one) => ROWS.filter((row) => (miss(row, one) ?? 0) > 2));
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

interface Choices {
  jobs: readonly number[];
  workspaces: readonly number[];
  latencies: readonly number[];
  real: boolean;
}

/** Every size in one workspace at once, and each of the other choices alone: their products would say little more. */
function casesOf({ jobs, workspaces, latencies, real }: Choices): Case[] {
  const plain = { workspaces: workspaces[0]!, latencyMs: latencies[0]!, real: false };
  return jobs.flatMap((size) => [
    { ...plain, jobs: size },
    ...workspaces.slice(1).map((count) => ({ ...plain, jobs: size, workspaces: count })),
    ...latencies.slice(1).map((ms) => ({ ...plain, jobs: size, latencyMs: ms })),
    ...(real ? [{ ...plain, jobs: size, real }] : []),
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
