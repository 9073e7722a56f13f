import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { blank } from './lexer.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** One file as the rules see it. */
export interface Source {
  /** From the root of the repository, with `/`. */
  path: string;
  text: string;
  /** Without comments and the insides of strings. */
  code: string;
  imports: Import[];
}

export interface Import {
  /** As written. */
  specifier: string;
  /** The imported file from the root of the repository; undefined for packages and `node:` modules. */
  path?: string;
  /** The names between the braces; empty for other forms. */
  names: string[];
}

/** Every TypeScript file below a folder of the repository; none if there is no such folder. */
export function sourcesBelow(folder: string): Source[] {
  return files(folder).map((path) => source(path, readFileSync(join(root, path), 'utf8')));
}

/** The files of `src` that ship: no tests. */
export const shipped = (): Source[] => sourcesBelow('src').filter(({ path }) => !isTest(path));

export const isTest = (path: string) => path.endsWith('.test.ts');

/** A file from its text; also for samples. */
export function source(path: string, text: string): Source {
  const { code, strings } = blank(text);
  return { path, text, code, imports: importsOf(path, code, strings) };
}

function files(folder: string): string[] {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true })
      .flatMap((entry) => {
        const path = posix.join(folder, entry.name);
        if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : files(path);
        return path.endsWith('.ts') ? [path] : [];
      })
      .sort();
  } catch {
    return [];
  }
}

const STATEMENT = /\b(?:import|export)\b([^'";]*?)\bfrom\s*(['"])|\bimport\s*\(?\s*(['"])/g;

function importsOf(path: string, code: string, strings: string): Import[] {
  return [...code.matchAll(STATEMENT)].map((match) => {
    const start = match.index + match[0].length;
    const specifier = strings.slice(start, strings.indexOf(match[2] ?? match[3]!, start));
    const braces = /\{([^}]*)\}/.exec(match[1] ?? '');
    const names = (braces?.[1] ?? '').split(',').map((name) =>
      name
        .trim()
        .replace(/^type\s+/, '')
        .replace(/\s+as\s.*$/, ''),
    );
    const relative = specifier.startsWith('.') ? { path: posix.join(posix.dirname(path), specifier) } : {};
    return { specifier, names: names.filter((name) => name !== ''), ...relative };
  });
}

/** `path:line: message` for every match of a pattern in the code. */
export function matches({ path, code }: Source, pattern: RegExp, message: string): string[] {
  return [...code.matchAll(new RegExp(pattern, 'g'))].map(({ 0: found, index }) => {
    const line = code.slice(0, index).split('\n').length;
    return `${path}:${line}: ${message} (${found.trim()})`;
  });
}
