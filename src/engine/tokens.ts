import type { Resource } from './resource.ts';

/** Annotations that ask for one thing once. They act when they change, never when first seen: a restore re-creates them all. */
export const TOKENS = [
  'reconcile-requested-at',
  'run-requested-at',
  'reset-credentials-requested-at',
  'reset-metadata-requested-at',
  'approve-plan',
  'force-delete',
  'accept-server',
  'accept-loss',
] as const;
export type TokenName = (typeof TOKENS)[number];

const PREFIX = 'sync.cdata.com/';

export interface TokenReading {
  /** What status is to remember: every token present, with its value. */
  tokens: Record<string, string>;
  /** Tokens that changed since they were recorded: they act now. */
  fired: Map<TokenName, string>;
  /** Nobody has looked at this object yet; status is empty, or was restored from that of another object. */
  isFirst: boolean;
  /** Tokens found on the first pass over the object: recorded, not acted on. */
  ignored: TokenName[];
}

/** Whether nobody has said anything of this object yet: it has no status, or one that a restore took over from another object. */
export function isNew({ status, metadata }: Resource): boolean {
  const { tokens, tokensOf } = status ?? {};
  return tokens === undefined || (tokensOf !== undefined && tokensOf !== metadata.uid);
}

/** Compares the annotations of an object with what its status remembers. */
export function readTokens(resource: Resource): TokenReading {
  const recorded = isNew(resource) ? undefined : resource.status?.tokens;
  const tokens: Record<string, string> = {};
  const fired = new Map<TokenName, string>();
  const ignored: TokenName[] = [];
  for (const name of TOKENS) {
    const value = resource.metadata.annotations?.[PREFIX + name];
    if (value === undefined) continue;
    tokens[name] = value;
    if (recorded === undefined) ignored.push(name);
    else if (recorded[name] !== value) fired.set(name, value);
  }
  return { tokens, fired, isFirst: recorded === undefined, ignored };
}

/** The annotation that carries a token, in full. */
export function annotationOf(name: TokenName): string {
  return PREFIX + name;
}
