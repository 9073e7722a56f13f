import type { Json, JsonObject } from '../../src/ports/json.ts';
import { createSeededRandom } from '../support/seededRandom.ts';
import type { ServerResponse } from '../support/server.ts';
import { createVirtualClock, type VirtualClock } from '../support/virtualClock.ts';
import { parseJson } from './json.ts';
import { API_PATH } from './routes.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from './simulator.ts';

/** A simulator on virtual time, and a plain client for it. */
export interface Rig {
  clock: VirtualClock;
  simulator: Simulator;
  /** Path below the API's; rejects with CutConnection as the handler does. */
  call(method: string, path: string, body?: Json, more?: CallOptions): Promise<Reply>;
  /** The same, and fails unless the status is a success. */
  ok(method: string, path: string, body?: Json): Promise<JsonObject>;
}

export interface CallOptions {
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export interface Reply {
  status: number;
  headers: Record<string, string>;
  text: string;
  /** Undefined when the body is not JSON. */
  json: Json | undefined;
}

export function createRig(options: Partial<SimulatorOptions> = {}): Rig {
  const clock = createVirtualClock();
  const simulator = createSimulator({ clock, random: createSeededRandom(7), ...options });
  const call: Rig['call'] = async (method, path, body, more = {}) => {
    const response = await simulator.handler({
      method,
      path: API_PATH + path,
      headers: more.headers ?? { 'x-cdata-authtoken': simulator.token },
      body:
        body === undefined
          ? ''
          : JSON.stringify(body, (_key, part) => (typeof part === 'bigint' ? String(part) : part)),
      signal: more.signal ?? new AbortController().signal,
    });
    return readReply(response);
  };
  return {
    clock,
    simulator,
    call,
    async ok(method, path, body) {
      const reply = await call(method, path, body);
      if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${reply.text}`);
      return (reply.json ?? {}) as JsonObject;
    },
  };
}

async function readReply({ status, headers = {}, body = '' }: ServerResponse): Promise<Reply> {
  let text = '';
  if (typeof body === 'string') text = body;
  else for await (const piece of body) text += new TextDecoder().decode(piece);
  return { status, headers, text, json: tryJson(text) };
}

function tryJson(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
