import { CutConnection, type Handler, type ServerRequest, type ServerResponse } from '../support/server.ts';
import { isAuthorised } from './auth.ts';
import { readObject } from './body.ts';
import { type Effect, type Faults, strikeAfter, strikeBefore, strikeResult } from './faults.ts';
import { createMatcher, type Match } from './match.ts';
import { Refusal } from './refusal.ts';
import { LOGIN_PAGE, refusalReply, reply } from './reply.ts';
import type { RequestEntry } from './requests.ts';
import { API_PATH, routesOf } from './routes.ts';
import type { World } from './world.ts';

/** See SimulatorOptions. */
export type Observe = (entry: RequestEntry, request: ServerRequest) => (() => void) | undefined;

/** Answers requests: route, fault, authorisation, operation, dialect. */
export function createHandler(world: World, faults: Faults, requests: RequestEntry[], observe?: Observe): Handler {
  const match = createMatcher(routesOf(world.dialect));

  return async (request) => {
    const { method, path, body } = request;
    const entry: RequestEntry = { at: world.clock.now(), method, path, body, write: false, acted: false };
    requests.push(entry);
    const found = match(method, path.split('?')[0]!);
    if (found) entry.operation = found.route.id;
    const effect = faults.take(found?.route.id, request);
    const response = await answer(request, found, effect, entry).catch((error: unknown) => {
      if (error instanceof Refusal) return refusalReply(world, error);
      throw error;
    });
    entry.status = response.status;
    return response;
  };

  async function answer(
    request: ServerRequest,
    found: Match | undefined,
    effect: Effect | undefined,
    entry: RequestEntry,
  ): Promise<ServerResponse> {
    const early = effect && (await strikeBefore(effect, world.clock, request.signal));
    if (early) return early;
    if (effect?.kind === 'slow' && request.signal.aborted) throw new CutConnection('the client has gone');
    const response = await operate(request, found, effect, entry);
    return effect ? await strikeAfter(effect, response, request.signal) : response;
  }

  async function operate(
    request: ServerRequest,
    found: Match | undefined,
    effect: Effect | undefined,
    entry: RequestEntry,
  ): Promise<ServerResponse> {
    const url = new URL(`http://server${request.path}`);
    if (!request.path.startsWith(API_PATH) || world.dialect.auth === 'loginPage') return LOGIN_PAGE;
    if (!isAuthorised(world.state, request.headers))
      throw new Refusal(401, 'Unauthorized', 'The token is missing or wrong.');
    if (!found) return unknownRoute(request);
    entry.write = found.route.access === 'write';
    const body = readObject(request.body);
    const done = entry.write ? observe?.(entry, request) : undefined;
    const { params } = found;
    const result = await found.route.operation({
      world,
      params,
      query: url.searchParams,
      body,
      signal: request.signal,
    });
    entry.acted = true;
    done?.();
    return reply(world, strikeResult(effect, result), url);
  }

  function unknownRoute({ method, path }: ServerRequest): ServerResponse {
    if (world.dialect.unknownRoute === 'ok') return refusalReply(world, { status: 200, code: '', message: '' });
    const status = Number(world.dialect.unknownRoute);
    const message =
      status === 405 ? `The method ${method} is not supported.` : `No resource was found for ${path.split('?')[0]}.`;
    return refusalReply(world, { status, code: 'UnknownRoute', message });
  }
}
