/** Seeds that show a defect which is known and not mended yet, each with what it shows. Who mends one takes it from here. */
export const OPEN_SEEDS: readonly (readonly [number, string])[] = [
  [120358, 'a job is made anew without the approval that it needs'],
  [
    120367,
    'a deletion waits for a person when two objects may be what a create made whose reply was lost; the oracle does not know that',
  ],
];
