import type { Field } from '../../api/fields.ts';
import { FIELDS } from '../../api/syncJob.ts';

const LIST = 'tasks[].';

/** The entries of a task, by the path inside it. */
export const TASK_FIELDS: readonly Field[] = FIELDS.filter(({ path }) => path.startsWith(LIST)).map((field) => ({
  ...field,
  path: field.path.slice(LIST.length),
}));
