/** Remembers since when this process knows an intent. */
export interface IntentMemory {
  intent?: { at: string; since: number };
}

/**
 * For how many milliseconds this process has known the intent that was written `at`; 0 the first time. The intent's own time is for
 * people: the clock of the process that wrote it may be hours off, and a grace that counted from there would end too early or never.
 */
export function knownFor(memory: IntentMemory, at: string, monotonic: number): number {
  if (memory.intent?.at !== at) memory.intent = { at, since: monotonic };
  return monotonic - memory.intent.since;
}
