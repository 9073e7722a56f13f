import type { Setting } from './setting.ts';

/** Which installation each process was told of last by a list of workspaces, and since when; milliseconds of the clock. */
export interface Told {
  of(life: string): { identity: string; at: number } | undefined;
}

export function createTold({ onTold, installations, clock }: Setting): Told {
  const told = new Map<string, { identity: string; at: number }>();
  onTold((life, workspaces) => {
    const { identity } = installations;
    if (!workspaces.includes(identity.slice(identity.indexOf('#') + 1))) return;
    if (told.get(life)?.identity !== identity) told.set(life, { identity, at: clock.now() });
  });
  return { of: (life) => told.get(life) };
}
