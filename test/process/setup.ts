import { execFileSync } from 'node:child_process';

/** Builds what the processes run. */
export default function setup(): void {
  execFileSync(process.execPath, ['tools/build.ts'], { stdio: 'inherit' });
}
