import type { Land } from '../land.ts';
import type { Owners } from '../owners.ts';

/** How long what people have said is certainly known to a controller that can see it, and passes that began before are over. */
export const KNOWN_MS = 120_000;

/** Watches one promise of the design (§11) from the start of a seed; tells the setting of what breaks it. */
export type Oracle = (land: Land, owners: Owners) => void;
