import type { JsonObject } from '../../../src/ports/json.ts';
import type { Result } from '../reply.ts';
import type { World } from '../world.ts';

/** One request that reached an operation. */
export interface Call {
  world: World;
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  body: JsonObject;
  /** Aborts when the client has gone. */
  signal: AbortSignal;
}

export type Operation = (call: Call) => Result | Promise<Result>;
