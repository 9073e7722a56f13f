import { basename } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { systemClock } from '../ports/clock.ts';
import { systemFiles } from '../ports/files.ts';
import { systemRandom } from '../ports/random.ts';
import { undiciTransport } from '../ports/undiciTransport.ts';
import { COMPLETER } from './complete/complete.ts';
import { systemDisk } from './disk.ts';
import { INTERRUPTED } from './failure.ts';
import { COMPLETE, runCli } from './run.ts';
import { allowsColours, type Terminal } from './terminal.ts';

/** The plugin's process: `kubectl sync …` runs `kubectl-sync …`. */
async function main(): Promise<number> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  const words = process.argv.slice(2);
  return runCli(basename(process.argv[1]!) === COMPLETER ? [COMPLETE, ...words] : words, {
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

process.exitCode = await main();
// Otherwise not exit(): what was written to a pipe must come out whole first.
if (process.exitCode === INTERRUPTED) process.exit();
