import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, inject } from 'vitest';
import { pluginSuite } from '../cli/plugin/suite.ts';
import { kubeconfig } from '../cluster/serve.ts';
import { ownAccess } from './ownAccess.ts';

const { url, ca, tokens, kubectl } = ownAccess();
const folder = mkdtempSync(join(tmpdir(), 'plugin-real-'));
const file = join(folder, 'kubeconfig');
writeFileSync(file, kubeconfig(url, { token: tokens.admin, ca }));
afterAll(() => rmSync(folder, { recursive: true }));

pluginSuite(`kube-apiserver, the ${inject('release')}`, { kubectl, kubeconfig: file });
