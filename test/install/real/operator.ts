import { type ChildProcess, spawn } from 'node:child_process';

/** The controller as a process, from source, with the flags of a Deployment. */
export interface Operator {
  output(): string;
  /** SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>;
}

/** `args`: of the container; the addresses are replaced by free ports of loopback. */
export function startOperator(args: readonly string[], kubeconfig: string, namespace: string): Operator {
  const flags = args.filter((arg) => !arg.startsWith('--metrics-address') && !arg.startsWith('--health-address'));
  const addresses = ['--metrics-address=127.0.0.1:0', '--health-address=127.0.0.1:0'];
  const child: ChildProcess = spawn(
    process.execPath,
    ['src/main.ts', ...flags, ...addresses, `--kubeconfig=${kubeconfig}`],
    { env: { PATH: process.env.PATH, POD_NAMESPACE: namespace }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream!.on('data', (piece) => (text += String(piece)));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    output: () => text,
    async stop() {
      child.kill('SIGTERM');
      const code = await ended;
      process.off('exit', kill);
      return code;
    },
  };
}
