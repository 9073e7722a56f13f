import { spawnSync } from 'node:child_process';
import { locate, type Program, programOf } from '../../tools/locate.ts';

/** The real programs, as the tests of this folder call them. */
const pathOf = (name: Program | 'kubectl') =>
  name === 'kubectl' ? (locate('newest')?.kubectl ?? 'kubectl') : programOf(name)!;

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export function run(program: Program | 'kubectl', args: readonly string[], input = ''): Outcome {
  // Nothing of the person's own configuration.
  const env = { PATH: process.env.PATH, HOME: '/nonexistent', HELM_NO_PLUGINS: '1' };
  const { status, stdout, stderr, error } = spawnSync(pathOf(program), args, {
    input,
    encoding: 'utf8',
    env,
    maxBuffer: 1 << 28,
  });
  if (error) throw error;
  return { code: status, stdout, stderr };
}

/** Its standard output; fails with what it said when it fails. */
export function output(program: Program | 'kubectl', args: readonly string[], input = ''): string {
  const { code, stdout, stderr } = run(program, args, input);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}
