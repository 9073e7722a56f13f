import { build } from 'esbuild';

/** Bundles the controller and the kubectl plugin into one file each; what the image, `npx sync-operator` and `kubectl sync` run. Into dist/, or the folder that is named. */
await build({
  entryPoints: { main: 'src/main.ts', 'kubectl-sync': 'src/cli/main.ts' },
  outdir: process.argv[2] ?? 'dist',
  bundle: true,
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
