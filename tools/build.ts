import { bundle } from './bundle.ts';

/** Bundles the controller and the kubectl plugin; what the image, `npx sync-operator` and `kubectl sync` run. Into dist/, or the folder that is named. */
await bundle({ main: 'src/main.ts', 'kubectl-sync': 'src/cli/main.ts' }, process.argv[2] ?? 'dist');
