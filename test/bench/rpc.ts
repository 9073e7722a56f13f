import { type ChildProcess, fork } from 'node:child_process';

/** What a process of the bench answers to: functions by name, arguments and results as JSON. */
export type Methods = Record<string, (...args: never[]) => unknown>;

interface Question {
  id: number;
  method: string;
  args: unknown[];
}

interface Answer {
  id: number;
  value?: unknown;
  error?: string;
}

/** A part of the bench in a process of its own, so that it neither shares a loop nor memory with what is measured. */
export interface Part<M extends Methods> {
  pid: number;
  call<K extends keyof M & string>(method: K, ...args: Parameters<M[K]>): Promise<Awaited<ReturnType<M[K]>>>;
  /** SIGTERM; resolves when it is gone. */
  end(): Promise<void>;
}

/** Starts a script, with flags for Node and more of an environment, and waits until it says that it answers. Rejects when it ends before. */
export async function startPart<M extends Methods>(
  script: string,
  args: string[] = [],
  execArgv: string[] = [],
  env: Record<string, string> = {},
): Promise<Part<M>> {
  const child = fork(script, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv,
    env: { ...process.env, ...env },
  });
  const open = new Map<number, (answer: Answer) => void>();
  let last = 0;
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}`)));
  });
  child.on('message', (message) => {
    const answer = message as Answer;
    open.get(answer.id)?.(answer);
    open.delete(answer.id);
  });
  child.once('exit', (code) => {
    for (const [id, answer] of open) answer({ id, error: `${script} ended with ${code}` });
  });
  return {
    pid: child.pid!,
    call(method, ...rest) {
      const id = ++last;
      return new Promise((resolve, reject) => {
        open.set(id, ({ value, error }) => (error === undefined ? resolve(value as never) : reject(new Error(error))));
        child.send({ id, method, args: rest } satisfies Question);
      });
    },
    end: () => ended(child),
  };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

/** The other side: answers questions from now on. */
export function answerWith(methods: Methods): void {
  process.on('message', async (message) => {
    const { id, method, args } = message as Question;
    try {
      process.send!({ id, value: await methods[method]!(...(args as never[])) } satisfies Answer);
    } catch (error) {
      process.send!({ id, error: String((error as Error).stack ?? error) } satisfies Answer);
    }
  });
  // A bench that was interrupted leaves nothing behind.
  process.once('disconnect', () => process.exit(1));
  process.send!({ ready: true });
}

/** Wall time in ms with fractions; comparable between processes of one machine. */
export const wallMs = (): number => performance.timeOrigin + performance.now();
