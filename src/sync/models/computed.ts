const WORDS =
  /^(id|uri|href|links?|self|etag|revision|owner|status|state|permissions?|progress|duration|elapsed|messages?|errors?|warnings?|results?|history|runs?|is_?default|(created|updated|modified|last|next|total|can)(_.*)?|tested|.*(_|^)(id|at|on|by|date|time|timestamp|status|state|count))$/;

/**
 * Whether a field that we do not know looks, by a name on its wire path, like something that the server works out itself (times, states,
 * counts, ids), so that nobody would write it. A guess that errs towards yes: what is taken for computed is left as the server has it.
 */
export function looksComputed(path: string): boolean {
  return path.split('.').some((name) => WORDS.test(snakeOf(name)));
}

/** `lastTested`, `Last-Tested`, `LAST_TESTED`: last_tested. */
function snakeOf(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[-. ]/g, '_')
    .toLowerCase();
}
