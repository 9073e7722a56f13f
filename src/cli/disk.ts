import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Files } from '../ports/files.ts';

/** The files that a command reads and writes. */
export interface Disk extends Files {
  /** What is in a folder, by name, in order; undefined when it is not a folder. */
  folder(path: string): { name: string; path: string; isFolder: boolean }[] | undefined;
  /** Makes the folders on the way. Throws as the system does (EACCES …). */
  write(path: string, text: string | Uint8Array): void;
  /** All of standard input. */
  input(): Promise<string>;
}

/** The machine's disk. */
export function systemDisk(files: Files): Disk {
  return {
    ...files,
    folder(path) {
      if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return undefined;
      return readdirSync(path, { withFileTypes: true })
        .map((entry) => ({ name: entry.name, path: join(path, entry.name), isFolder: entry.isDirectory() }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    write(path, text) {
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, text);
    },
    async input() {
      return readFileSync(0, 'utf8');
    },
  };
}
