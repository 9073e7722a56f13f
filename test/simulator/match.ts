import { API_PATH, type Route } from './routes.ts';

export interface Match {
  route: Route;
  params: Record<string, string>;
}

/** Finds a request's route; undefined when the server has none. */
export function createMatcher(routes: readonly Route[]): (method: string, pathname: string) => Match | undefined {
  const table = routes.map((route) => ({ route, segments: route.path.split('/') }));
  return (method, pathname) => {
    if (!pathname.startsWith(`${API_PATH}/`)) return undefined;
    const given = pathname.slice(API_PATH.length).split('/');
    for (const { route, segments } of table) {
      if (route.method !== method || segments.length !== given.length) continue;
      const params = paramsOf(segments, given);
      if (params) return { route, params };
    }
    return undefined;
  };
}

function paramsOf(segments: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [i, segment] of segments.entries()) {
    const name = /^\{(.*)\}$/.exec(segment)?.[1];
    if (name === undefined) {
      if (segment !== given[i]) return undefined;
    } else if (given[i] === '') return undefined;
    else params[name] = decode(given[i]!);
  }
  return params;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
