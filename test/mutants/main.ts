import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mutate } from './apply.ts';
import { MUTANTS, type Mutant } from './list.ts';

const NEEDED = ['src', 'test', 'crds', 'examples', 'docs', 'package.json', 'tsconfig.json', 'vitest.config.ts'];

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    processes: { type: 'string', default: String(availableParallelism()) },
    /** Seeds that a mutant may survive at most. */
    seeds: { type: 'string', default: '200' },
  },
});
const chosen = MUTANTS.filter(({ name }) => name.includes(values.only ?? ''));
const left = [...chosen];
const survivors: string[] = [];
await Promise.all(Array.from({ length: Number(values.processes) }, work));
const died = chosen.length - survivors.length;
process.stdout.write(
  `${died} of ${chosen.length} mutants died${survivors.map((name) => `\nSURVIVED: ${name}`).join('')}\n`,
);
process.exitCode = survivors.length === 0 ? 0 : 1;

/** One copy of the source, mutated in one place after the other. */
async function work(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'mutants-'));
  for (const name of NEEDED) cpSync(name, join(root, name), { recursive: true });
  symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'));
  try {
    for (let mutant = left.shift(); mutant; mutant = left.shift()) {
      const killer = await judge(mutant, root);
      if (!killer) survivors.push(mutant.name);
      process.stdout.write(`${killer ? `killed by ${killer}` : 'SURVIVED'}: ${mutant.name}\n`);
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** What kills it; undefined when nothing does. */
async function judge(mutant: Mutant, root: string): Promise<string | undefined> {
  const path = join(root, mutant.file);
  const original = readFileSync(path, 'utf8');
  writeFileSync(path, mutate(mutant, root));
  try {
    return (await knownKiller(mutant, root)) ?? (await searchedKiller(root));
  } finally {
    writeFileSync(path, original);
  }
}

async function knownKiller({ killer }: Mutant, root: string): Promise<string | undefined> {
  if ('test' in killer) {
    const { code, output } = await run(root, ['vitest', 'run', '--project', 'unit', killer.test, '-t', killer.name]);
    return code === 0 ? undefined : `${killer.test}, "${failedTest(output) ?? killer.name}"`;
  }
  const { code, output } = await run(root, [
    'node',
    'test/simulation/main.ts',
    '--seed',
    String(killer.seed),
    '--quiet',
  ]);
  return code === 0 ? undefined : `seed ${killer.seed} (${firstViolation(output)})`;
}

/** Among the seeds that pass on the source as it is: `npm test` runs them. */
async function searchedKiller(root: string): Promise<string | undefined> {
  const which = ['--seeds', values.seeds, '--from', '101'];
  const args = ['node', 'test/simulation/main.ts', ...which, '--processes', '1', '--first'];
  const { code, output } = await run(root, args);
  if (code === 0) return undefined;
  return `seed ${/seed (\d+) fails/.exec(output)?.[1]} (${firstViolation(output)})`;
}

function failedTest(output: string): string | undefined {
  return /FAIL .* > (.*)/.exec(output.replaceAll(/\u001b\[[0-9;]*m/g, ''))?.[1];
}

function firstViolation(output: string): string {
  return (/^(?:seed \d+: |\s+)(\w+): (.*)$/m.exec(output)?.slice(1).join(': ') ?? output.trim()).slice(0, 160);
}

function run(root: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn('npx', args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (output += String(piece)));
    child.on('exit', (code) => resolve({ code: code ?? 1, output }));
  });
}
