import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { ERRORS, LINES, type Line } from './lines.ts';
import { type PluginOptions, type PluginStage, setPluginStage } from './stage.ts';

const SECONDS = 1_000;

/** Every command as a stock kubectl carries it out, with a terminal and without. */
export function pluginSuite(where: string, options: PluginOptions): void {
  describe(`kubectl sync, against ${where}`, () => {
    let stage: PluginStage;
    beforeAll(async () => {
      stage = await setPluginStage(options);
    }, 180 * SECONDS);
    afterAll(() => stage?.close(), 60 * SECONDS);
    const sync = (line: string, terminal = false) =>
      stage.kubectl(`sync -n ${stage.cluster.namespace} ${line}`, { terminal });

    test('kubectl lists it as its plugin, and finds its completions', async () => {
      expect((await stage.kubectl('plugin list')).out).toContain('kubectl-sync');
      expect((await stage.kubectl('__complete sync sta')).out).toMatch(/^status\t/);
      const job = await stage.kubectl(`__complete sync -n ${stage.cluster.namespace} suspend job/c`);
      expect(job.out).toMatch(/^job\/crm-nightly\t/);
    });

    test('each command is tried', () => {
      const tried = new Set(LINES.map(({ line }) => line.split(' ')[0]));
      expect(COMMANDS.map(({ name }) => name).filter((name) => !tried.has(name))).toEqual([]);
    });

    test.each(LINES)('$line', async (wanted: Line) => {
      const { line, code = 0, out = /^/, err } = numbered(wanted, '1');
      const plain = await sync(line);
      expect(plain).toMatchObject({ code, out: expect.stringMatching(out) });
      expect(plain.out).not.toContain('\u001b');
      if (err) expect(plain.err).toMatch(err);
      const again = numbered(wanted, '2');
      const seen = await sync(again.line, true);
      expect(seen.code).toBe(code);
      expect(seen.out.replace(/\u001b\[[\d;]*[A-Za-z]/g, '')).toMatch(again.out ?? /^/);
    });

    test.each(ERRORS)('$line: says what is wrong', async ({ line, code, err }: Line) => {
      expect(await sync(line)).toMatchObject({ code, out: '', err: expect.stringMatching(err!) });
      const seen = await sync(line, true);
      expect(seen.code).toBe(code);
      expect(seen.out).toMatch(/^\u001b\[31merror:\u001b\[0m [^\n]+\n$/);
    });

    test('colours only on a terminal, and never with NO_COLOR', async () => {
      const line = `sync -n ${stage.cluster.namespace} status`;
      expect((await stage.kubectl(line, { terminal: true })).out).toContain('\u001b[32m●');
      expect((await stage.kubectl(line, { terminal: true, env: { NO_COLOR: '1' } })).out).not.toContain('\u001b');
    });

    test('no cluster at all', async () => {
      const { code, err } = await stage.kubectl('sync status', { env: { KUBECONFIG: '/nowhere', HOME: '/nowhere' } });
      expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/^error: no cluster: .*\n$/) });
    });
  });
}

/** Without a terminal and on one, what is made gets a name of its own. */
function numbered({ line, code, out, err }: Line, number: string): Line {
  const put = (text: string) => text.replaceAll('-N', `-${number}`);
  const expression = (one: RegExp | undefined) => one && new RegExp(put(one.source), one.flags);
  const [seen, said] = [expression(out), expression(err)];
  return {
    line: put(line),
    ...(code !== undefined && { code }),
    ...(seen && { out: seen }),
    ...(said && { err: said }),
  };
}
