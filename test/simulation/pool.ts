import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Report } from './worker.ts';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

/** Runs seeds in so many processes, each of which loads the operator once; tells of each seed as it ends. */
export async function runSeeds(
  seeds: Iterator<number>,
  processes: number,
  tell: (report: Report) => void,
): Promise<void> {
  await Promise.all(Array.from({ length: processes }, () => workOff(seeds, tell)));
}

function workOff(seeds: Iterator<number>, tell: (report: Report) => void): Promise<void> {
  return new Promise((resolve) => {
    // What a seed leaves behind is mostly garbage within moments.
    const execArgv = [...process.execArgv, '--max-semi-space-size=64'];
    const child = fork(WORKER, { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    let over = false;
    child.on('message', (message: 'ready' | Report) => {
      if (message !== 'ready') tell(message);
      if (message === 'ready' || !message.last) over = !next(seeds, child);
    });
    // A seed that takes its process with it has been told of; the rest goes on in a new one.
    child.on('exit', () => resolve(over ? undefined : workOff(seeds, tell)));
  });
}

function next(seeds: Iterator<number>, child: ChildProcess): boolean {
  const { done, value } = seeds.next();
  if (done) child.disconnect();
  else child.send(value);
  return !done;
}
