import { expect, test } from 'vitest';
import { SYNC_RUN } from './syncRun.ts';

interface Rule {
  rule: string;
  message: string;
  fieldPath?: string;
}

test('each field that cannot be changed has a rule that names it', () => {
  const rules = SYNC_RUN.spec.meta()!['x-kubernetes-validations'] as Rule[];
  const fixed = SYNC_RUN.fields.filter(({ change }) => change === 'fixed').map(({ path }) => path);
  const named = rules
    .filter(({ rule }) => rule.includes('oldSelf'))
    .map(({ fieldPath, message }) => [fieldPath, message]);
  expect(fixed).toContain('jobRef');
  expect(fixed).not.toContain('cancel');
  expect(named).toEqual(
    fixed.map((path) => [
      `.${path}`,
      `${path} cannot be changed, only cancel and ttlSecondsAfterFinished can: make a new SyncRun`,
    ]),
  );
});
