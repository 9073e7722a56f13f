/**
 * Compares two resourceVersions of one resource type. Kubernetes called them opaque until 1.35, which made them comparable as
 * integers; every API server on etcd has always used its revision. Where one is not made of digits, the answer is undefined.
 */
export function compareVersions(a: string | undefined, b: string | undefined): -1 | 0 | 1 | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (a === b) return 0;
  if (!/^\d+$/.test(a) || !/^\d+$/.test(b)) return undefined;
  // Without leading zeros a longer number is a larger one, which saves making two BigInts for each event.
  if (a.length !== b.length && a[0] !== '0' && b[0] !== '0') return a.length < b.length ? -1 : 1;
  const left = BigInt(a);
  const right = BigInt(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** True only when both can be compared and `a` is older than `b`. */
export const isOlder = (a: string | undefined, b: string | undefined): boolean => compareVersions(a, b) === -1;
