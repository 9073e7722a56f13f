import { createInterface } from 'node:readline/promises';
import { systemClock } from '../ports/clock.ts';
import { systemFiles } from '../ports/files.ts';
import { systemRandom } from '../ports/random.ts';
import { undiciTransport } from '../ports/undiciTransport.ts';
import { systemDisk } from './disk.ts';
import { runCli } from './run.ts';
import { allowsColours, type Terminal } from './terminal.ts';

/** The plugin's process: `kubectl sync …` runs `kubectl-sync …`. */
async function main(): Promise<number> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  return runCli(process.argv.slice(2), {
    clock: systemClock(),
    random: systemRandom(),
    transport: undiciTransport(),
    env: process.env,
    disk: systemDisk(systemFiles()),
    terminal: systemTerminal(),
    signal: stop.signal,
  });
}

function systemTerminal(): Terminal {
  const { stdout, stderr, stdin } = process;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    live: stdout.isTTY === true && process.env.TERM !== 'dumb',
    colours: allowsColours(stdout.isTTY === true, process.env),
    width: stdout.columns ?? 80,
    async ask(question) {
      if (!stdin.isTTY) return undefined;
      const lines = createInterface({ input: stdin, output: stderr });
      try {
        return await lines.question(question);
      } finally {
        lines.close();
      }
    },
  };
}

// A closed pipe (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

// Not exit(): what was written to a pipe must come out whole first.
process.exitCode = await main();
