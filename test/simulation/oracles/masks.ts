import { fieldChanges } from '../syncWrites.ts';
import type { Oracle } from './oracle.ts';

/** What a server shows in place of a secret is never written back as if it were one. */
export const masks: Oracle = ({ setting }) => {
  setting.onSyncWrite(({ by, created, changed }) => {
    const values = [
      ...created.flatMap(({ name, fields }) => fieldChanges({}, fields).map((change) => ({ name, ...change }))),
      ...changed.flatMap(({ before, after }) =>
        fieldChanges(before.fields, after.fields).map((change) => ({ name: after.name, ...change })),
      ),
    ];
    for (const { name, path, to } of values) {
      if (/^\*+$/.test(String(to))) setting.violate('masks', `${by} writes ${String(to)} into ${path} of ${name}`);
    }
  });
};
