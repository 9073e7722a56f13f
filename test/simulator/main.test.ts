import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('the simulator runs alone, says what it is and ends on SIGTERM', async () => {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, '--port', '0', '--dialect', '3'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  try {
    const text = await readUntil(child.stdout, /dialect: .*\n/);
    expect(text).toContain('not CData Sync');
    const url = /url:\s+(\S+)/.exec(text)![1]!;
    const token = /token:\s+(\S+)/.exec(text)![1]!;
    const reply = await fetch(`${url}/workspaces`, { headers: { 'x-cdata-authtoken': token } });
    expect(await reply.text()).toContain('Default');
    expect((await fetch(`${url}/workspaces`)).status).toBe(401);
  } finally {
    child.kill('SIGTERM');
  }
  expect(await ended).toEqual([0, null]);
});

async function readUntil(stream: NodeJS.ReadableStream, pattern: RegExp): Promise<string> {
  let text = '';
  for await (const piece of stream) {
    text += String(piece);
    if (pattern.test(text)) break;
  }
  return text;
}
