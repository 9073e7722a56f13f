import { readdirSync, readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createCli } from '../cli/cli.ts';
import { manifestsOf } from '../support/examples.ts';
import { SYNC_URL } from '../support/manifests.ts';
import { crmServer, GIVEN } from './given.ts';
import { type Guide, readGuide, type Step } from './guide.ts';
import { kubectl, type Reader } from './kubectl.ts';

/** Every guide, carried out as a reader would: its manifests and commands, against the twin and the simulator. */
const FOLDER = 'docs/guides';
const GUIDES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.md'))
  .sort();
const guideOf = (file: string) => readGuide(readFileSync(`${FOLDER}/${file}`, 'utf8'));

async function carryOut(reader: Reader, step: Step): Promise<void> {
  const { world } = reader;
  if (step.kind === 'command') {
    const [program, ...args] = step.words;
    if (program !== 'kubectl') throw new Error(`guides do not know ${program}`);
    await kubectl(reader, args);
    return;
  }
  const manifests = manifestsOf(step.text, world.simulator.token);
  world.apply(
    manifests.map((one) => (one.kind === 'SyncServer' ? { ...one, spec: { ...one.spec, url: SYNC_URL } } : one)),
  );
}

async function play(file: string, { given, steps }: Guide): Promise<void> {
  const begin = GIVEN[given];
  if (!begin)
    throw new Error(`${file}: nobody knows what is given by "${given}"; there is ${Object.keys(GIVEN).join('; ')}`);
  const world = await begin();
  const reader = { world, cli: createCli(world) };
  for (const step of steps) {
    await carryOut(reader, step).catch((error: unknown) => {
      throw new Error(`${FOLDER}/${file}:${step.line}: ${(error as Error).message}`, { cause: error });
    });
  }
}

test.each(GUIDES)('%s does what it says', async (file) => {
  const guide = guideOf(file);
  expect(guide.unknown).toEqual([]);
  await play(file, guide);
});

test('most guides have something to carry out', () => {
  const counts = GUIDES.map((file) => guideOf(file).steps.length);
  expect(counts.filter((count) => count > 0).length).toBeGreaterThan(GUIDES.length / 2);
});

test('a guide that asks for what does not come fails with its line', async () => {
  const wrong = readGuide('# A\n\n```sh\nkubectl get syncjob nowhere\n```\n');
  await expect(play('wrong.md', wrong)).rejects.toThrow(`${FOLDER}/wrong.md:4: there is no SyncJob nowhere`);
  const unknown = readGuide('```sh\nkubectl explain syncjob\n```\n');
  await expect(play('wrong.md', unknown)).rejects.toThrow('guides do not know kubectl explain');
});

test('links between documents lead somewhere', () => {
  const files = ['README.md', 'docs/runbook.md', ...GUIDES.map((file) => `${FOLDER}/${file}`)];
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    for (const [, target] of text.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)) {
      const path = new URL(target!, new URL(file, `file://${process.cwd()}/`));
      expect(() => statSync(path), `${file} links to ${target}`).not.toThrow();
    }
  }
});

test('the server of the guides is the one that they take over', async () => {
  const world = await crmServer();
  expect(world.simulator.state.jobs.size).toBe(1);
});
