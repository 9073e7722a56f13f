/** Gives each object a name that Kubernetes takes (RFC 1123), made of what Sync calls it and unique within its kind. */
export interface Names {
  /** The same id has the same name each time. */
  of(kind: string, id: string, called: string): string;
  /** The name that an object was given; undefined when it is not among what is exported. */
  given(kind: string, id: string): string | undefined;
}

const MOST = 63;

export function createNames(): Names {
  const given = new Map<string, string>();
  const taken = new Set<string>();
  return {
    given: (kind, id) => given.get(`${kind}/${id}`),
    of(kind, id, called) {
      const known = given.get(`${kind}/${id}`);
      if (known !== undefined) return known;
      const stem = slug(called) || slug(id) || kind.toLowerCase();
      let name = stem;
      for (let n = 2; taken.has(`${kind}/${name}`); n++) name = `${trim(stem.slice(0, MOST - 5))}-${n}`;
      taken.add(`${kind}/${name}`);
      given.set(`${kind}/${id}`, name);
      return name;
    },
  };
}

/** Letters with accents lose them; what is no letter or digit of ASCII becomes a dash. */
function slug(text: string): string {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return trim(trim(plain.replace(/[^a-z0-9]+/g, '-')).slice(0, MOST));
}

const trim = (text: string) => text.replace(/^-+|-+$/g, '');
