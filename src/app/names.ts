/** The Lease that the leader holds, in the operator's namespace. */
export const LEASE = 'sync-operator';
