import type { Verdict } from './conditions.ts';
import { shortHash } from './digest.ts';
import type { GatheredPass } from './pass.ts';

const HOUR = 3_600_000;

/** While the run goes on that a change was refused for, asking again would only be refused again. */
export function stillBusy({ memory, draft, gathered, deps }: GatheredPass): Verdict | undefined {
  const { busy } = memory;
  const id = draft.status.id;
  if (!busy || id === undefined || deps.clock.now() - busy.at >= HOUR) return undefined;
  return gathered.hooks?.running?.(id)?.running ? busy.verdict : undefined;
}

/** What the server refused an hour ago or less is not sent again while the same is wanted. */
export function refusal(pass: GatheredPass): { reason: string; message: string } | undefined {
  const { refused } = pass.memory;
  if (!refused || !isRefused(pass) || pass.deps.clock.now() - refused.at >= HOUR) return undefined;
  // What it refers to may have been put right.
  if ((pass.gathered.scope.referenceChangedAt ?? 0) > refused.at) return undefined;
  return { reason: refused.reason, message: refused.message };
}

/** Whether what is wanted now is what was refused the last time. */
export function isRefused(pass: GatheredPass): boolean {
  const { refused } = pass.memory;
  return refused !== undefined && refused.digest === wantedDigest(pass);
}

/** A name for all that the spec wants. */
export function wantedDigest({ gathered, deps }: GatheredPass): string {
  const { fields, secrets, children } = gathered.desired;
  return shortHash([
    [...fields].map(([path, value]) => [path, value]),
    [...secrets].map(([path, value]) => [path, deps.macs.mac(path, value)]),
    (children ?? []).map((child) => [...child.fields].map(([path, value]) => [path, value])),
  ]);
}
