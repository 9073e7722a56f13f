import { inject } from 'vitest';
import type { Access } from './controlPlane.ts';

/** Access to the API server of this worker: each has its own, so that one file can empty it while another goes on. */
export function ownAccess(): Access {
  const id = process.env.VITEST_POOL_ID;
  const own = inject('accesses')[Number(id) - 1];
  if (!own) throw new Error(`no API server was started for worker ${id}`);
  return own;
}
