import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../support/manifests.ts';
import { estate, report } from './estate.ts';
import type { Operator } from './operator.ts';
import { openTheatre, type Theatre } from './theatre.ts';

let theatre: Theatre;
let operator: Operator;

beforeAll(async () => {
  // The reply to an execute comes when the run has ended: about 18 s.
  theatre = await openTheatre('run', { executeReply: 'blocking' });
  operator = await theatre.operator('first');
  await theatre.apply(estate(1));
  await theatre.allReady();
});
afterAll(() => theatre?.close());

const executes = async () =>
  (await theatre.sync.call('writes')).filter(({ operation }) => operation === 'jobs.execute').length;

test.each(['SIGTERM', 'SIGKILL'] as const)(
  '%s amid a blocking execute: the run goes on, is followed to its end, and is started once',
  async (signal) => {
    const before = await executes();
    const name = `run-${signal.toLowerCase()}`;
    await theatre.apply(run({ jobRef: { name: 'job-0' } }, { name }));
    await theatre.until('the execute', () => theatre.sync.call('underWay', 'jobs.execute'));
    const asked = Date.now();
    operator.kill(signal);
    await operator.ended;
    report(`ended by ${signal}, amid an execute`, Date.now() - asked);
    if (signal === 'SIGTERM') expect(operator.exit(), operator.output()).toEqual({ code: 0, signal: null });

    operator = await theatre.operator(`after-${signal}`);
    const ended = async () => {
      const runs = await theatre.list('SyncRun');
      const conditions = runs.find(({ metadata }) => metadata.name === name)?.status?.conditions ?? [];
      return conditions.some(
        ({ type, status }: { type: string; status: string }) => type === 'Finished' && status === 'True',
      );
    };
    await theatre.until('the end of the run', ended);
    report(`the run is Finished, after ${signal}`, Date.now() - asked);
    const [made] = (await theatre.list('SyncRun')).filter(({ metadata }) => metadata.name === name);
    expect(made!.status).toMatchObject({ state: 'Succeeded' });
    expect((await executes()) - before).toBe(1);
  },
);
