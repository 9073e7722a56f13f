import { readFileSync } from 'node:fs';
import { build } from 'esbuild';

/**
 * Bundles programs, by the names of their files, into one file each in a folder. Throws when a file is not all ASCII: one letter beyond
 * Latin-1 makes Node keep the whole text at two bytes a letter for as long as it runs.
 */
export async function bundle(programs: Record<string, string>, outdir: string, extension = '.js'): Promise<void> {
  const { metafile } = await build({
    entryPoints: programs,
    outdir,
    outExtension: { '.js': extension },
    bundle: true,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    sourcemap: true,
    legalComments: 'none',
    minifyWhitespace: true,
    minifySyntax: true,
    // Bundled CommonJS packages still call require. An older Node would fail amid them, in words that help nobody.
    banner: {
      js: [
        '#!/usr/bin/env node',
        "import { createRequire } from 'node:module';",
        'const require = createRequire(import.meta.url);',
        'const [nodeMajor, nodeMinor] = process.versions.node.split(".").map(Number);',
        'if (nodeMajor < 22 || (nodeMajor === 22 && nodeMinor < 19)) {',
        '  process.stderr.write("error: this needs Node.js 22.19 or newer; this is " + process.versions.node + "\\n");',
        '  process.exit(1);',
        '}',
      ].join('\n'),
    },
  });
  for (const path of Object.keys(metafile.outputs)) if (path.endsWith(extension)) mustBeAscii(path);
}

function mustBeAscii(path: string): void {
  const found = /.{0,40}[^\p{ASCII}].{0,20}/u.exec(readFileSync(path, 'utf8'));
  if (found) throw new Error(`${path}: not ASCII at ${found[0]}; write it as an escape, such as \\u2022`);
}
