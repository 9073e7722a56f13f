import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { connection, server, workspace } from '../support/manifests.ts';
import { createWorld } from '../support/world.ts';
import { createCli } from './cli.ts';

async function ask(...words: string[]) {
  const world = createWorld();
  world.apply(server(), workspace(), connection(), connection({ name: 'Other' }, { name: 'other' }));
  const { code, out, err } = await createCli(world).run('__complete', ...words);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const lines = out.trimEnd().split('\n');
  return { values: lines.slice(0, -1).map((line) => line.split('\t')[0]), directive: lines.at(-1), out };
}

test('commands, with what each does', async () => {
  const { values, directive, out } = await ask('');
  expect(values).toEqual(COMMANDS.map(({ name }) => name));
  expect(out).toContain('suspend\tHold all writes to Sync');
  expect(directive).toBe(':4');
  expect((await ask('re')).values).toContain('reset-metadata');
  expect((await ask('xyz')).values).toEqual([]);
});

test('types, without a space behind them, then the names that there are', async () => {
  expect(await ask('suspend', 'con')).toMatchObject({ values: ['connection/'], directive: ':6' });
  expect(await ask('suspend', 'connection/')).toMatchObject({
    values: ['connection/crm', 'connection/other'],
    directive: ':4',
  });
  expect((await ask('suspend', 'sconn/o')).values).toEqual(['sconn/other']);
  expect((await ask('reset-metadata', '')).values).toEqual(['connection/']);
});

test('flags and their choices', async () => {
  expect((await ask('status', '--f')).values).toEqual(['--foreign']);
  expect((await ask('status', '-o', '')).values).toEqual(['table', 'json', 'yaml']);
  expect((await ask('status', '--name')).values).toEqual(['--namespace']);
});

test('nothing is said where nothing is known: no cluster, no such command, no such type', async () => {
  for (const words of [
    ['--context', 'none', 'suspend', 'job/'],
    ['nothing', 'job/'],
    ['suspend', 'thing/'],
  ]) {
    expect((await ask(...words)).values).toEqual([]);
  }
});

test.each(['bash', 'zsh', 'fish'])('the script for %s is one that the shell reads', async (shell) => {
  const { code, out } = await createCli(createWorld()).run('completion', shell);
  expect(code).toBe(0);
  expect(out).toContain('kubectl-sync __complete');
  const installed = spawnSync(shell, ['-c', 'exit 0']).status === 0;
  if (installed)
    expect(spawnSync(shell, ['-n'], { input: out, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
});

test('bash asks for what is typed and takes the answers', async () => {
  const { out } = await createCli(createWorld()).run('completion', 'bash');
  const script = `
    kubectl-sync() { printf 'job/\\tA job\\n:6\\n'; }
    compopt() { printf "compopt %s %s\\n" "$1" "$2"; }
    ${out}
    COMP_WORDS=(kubectl-sync suspend j); COMP_CWORD=2; _kubectl_sync
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  expect(spawnSync('bash', ['-c', script], { encoding: 'utf8' })).toMatchObject({
    stdout: 'compopt -o nospace\njob/\n',
    stderr: '',
  });
});

test('another shell is named', async () => {
  expect((await createCli(createWorld()).run('completion', 'tcsh')).err).toBe('error: name a shell: bash, zsh, fish\n');
});
