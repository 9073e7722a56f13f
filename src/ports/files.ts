import { readFileSync } from 'node:fs';

/** Files that the platform mounts (service account, certificates), passed in. */
export interface Files {
  /** The text of a file, or undefined when it is not there. */
  read(path: string): string | undefined;
}

/** The machine's files. */
export function systemFiles(): Files {
  return {
    read(path) {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        return undefined;
      }
    },
  };
}
