/** Seeds that show a defect which is known and not mended yet, each with what it shows. Who mends one takes it from here. */
export const OPEN_SEEDS: readonly (readonly [number, string])[] = [
  [
    162545,
    'a value of a connection that differs is taken for the wording of the server by a process that did not write it',
  ],
];
