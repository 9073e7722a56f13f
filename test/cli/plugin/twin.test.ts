import { spawnSync } from 'node:child_process';
import { test } from 'vitest';
import { pluginSuite } from './suite.ts';

if (spawnSync('kubectl', ['version', '--client']).status === 0) pluginSuite('the twin', { kubectl: 'kubectl' });
else {
  console.log('kubectl is not on PATH: the tests of the plugin with a stock kubectl are left out');
  test('needs kubectl, which is not on PATH', () => {});
}
