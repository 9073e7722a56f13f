/** The members of a longest increasing subsequence of distinct numbers, in O(n log n); of several, the one ending lowest. */
export function longestIncreasing(values: readonly number[]): Set<number> {
  /** tails[k]: index of the lowest value that ends an increasing run of k + 1. */
  const tails: number[] = [];
  const before: (number | undefined)[] = [];
  for (const [index, value] of values.entries()) {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[tails[middle]!]! < value) low = middle + 1;
      else high = middle;
    }
    before[index] = tails[low - 1];
    tails[low] = index;
  }
  const members = new Set<number>();
  for (let index = tails.at(-1); index !== undefined; index = before[index]) members.add(values[index]!);
  return members;
}
