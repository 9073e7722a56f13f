import { CutConnection, type Handler, type ServerRequest, type ServerResponse } from '../support/server.ts';
import { wantedForm } from './accept.ts';
import type { Backend } from './crud.ts';
import { discovery } from './discovery.ts';
import type { FaultState, RequestInfo } from './faults.ts';
import { openApiV2, openApiV3 } from './openapi.ts';
import { getList, getOne } from './read.ts';
import { type ResourceRequest, resourceRequest } from './requests.ts';
import { json } from './respond.ts';
import { StatusError, statusOf } from './status.ts';
import { getWatch } from './watchRequest.ts';
import { write } from './write.ts';

/** A request that wanted to change something, and what came of it. */
export interface WriteRecord extends RequestInfo {
  /** Milliseconds on the clock. */
  at: number;
  /** The HTTP status; 0 when the connection was cut before the cluster acted. */
  status: number;
  dryRun: boolean;
  /** The revision after it; equal to the one before when nothing changed. */
  revision: number;
  changed: boolean;
}

export interface HandlerOptions {
  backend: Backend;
  faults: FaultState;
  writes: WriteRecord[];
  /** The bearer token that every request needs, when given. */
  token?: string | undefined;
}

const READS = new Set(['get', 'list', 'watch']);
const VERSION = {
  major: '1',
  minor: '32',
  gitVersion: 'v1.32.0+twin',
  gitCommit: '',
  gitTreeState: 'clean',
  platform: 'linux/amd64',
};

/** The API server's HTTP face. */
export function createHandler({ backend, faults, writes, token }: HandlerOptions): Handler {
  return async (request) => {
    try {
      if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
        throw new StatusError(401, 'Unauthorized', 'Unauthorized');
      }
      return await route(request);
    } catch (error) {
      if (error instanceof CutConnection) throw error;
      return failure(error);
    }
  };

  async function route(request: ServerRequest): Promise<ServerResponse> {
    const url = new URL(request.path, 'http://cluster');
    const path = url.pathname.replace(/\/$/, '') || '/';
    const accept = request.headers.accept ?? '';
    if (['/healthz', '/livez', '/readyz'].includes(path)) return { status: 200, body: 'ok' };
    if (path === '/version') return json(200, VERSION);
    if (path === '/openapi/v2') return openApiV2(accept);
    if (path.startsWith('/openapi/v3')) return openApiV3(path, backend.registry);
    if (/^\/(api|apis)(\/[^/]+)?$|^\/apis\/[^/]+\/[^/]+$/.test(path)) return discovery(path, accept, backend.registry);
    const work = resourceRequest(request, url, backend.registry);
    return READS.has(work.info.verb) ? read(work, request) : logged(work, request);
  }

  async function read(work: ResourceRequest, request: ServerRequest): Promise<ServerResponse> {
    const { info, target, query } = work;
    const fate = await faults.enter(info, request.signal);
    const form = wantedForm(request.headers.accept);
    if (fate === 'cutAfter') throw new CutConnection('cut after acting');
    if (info.verb === 'watch') return getWatch(backend, work, form, faults, request);
    if (info.verb === 'list') return getList(backend, target, query, form, faults, info);
    return getOne(backend, target, form, query.get('includeObject') ?? 'Metadata');
  }

  async function logged(work: ResourceRequest, request: ServerRequest): Promise<ServerResponse> {
    const { clock, store } = backend;
    const before = store.revision;
    const dryRun = work.query.getAll('dryRun').includes('All');
    const record: WriteRecord = { ...work.info, at: clock.now(), status: 0, dryRun, revision: before, changed: false };
    writes.push(record);
    try {
      const fate = await faults.enter(work.info, request.signal);
      const start = store.revision;
      const response = write(backend, work, wantedForm(request.headers.accept), request);
      Object.assign(record, { status: response.status, revision: store.revision, changed: store.revision > start });
      if (fate === 'cutAfter') throw new CutConnection('cut after acting');
      return response;
    } catch (error) {
      if (error instanceof StatusError) record.status = error.code;
      throw error;
    }
  }
}

function failure(error: unknown): ServerResponse {
  if (error instanceof StatusError) return json(error.code, statusOf(error), error.headers);
  const message = `Internal error occurred: ${error instanceof Error ? error.stack : String(error)}`;
  return json(500, statusOf(new StatusError(500, 'InternalError', message)));
}
