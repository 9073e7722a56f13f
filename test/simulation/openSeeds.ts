/** Seeds that show a defect which is known and not mended yet, each with what it shows. Who mends one takes it from here. */
export const OPEN_SEEDS: readonly (readonly [number, string])[] = [];
