const LONGEST = 50;

/** A name that Kubernetes allows, as close to the given one as can be; empty when nothing of it can stay. */
export function resourceNameOf(text: string): string {
  // Accents go, their letters stay.
  const plain = [...text.normalize('NFKD')].filter((one) => !isAccent(one.codePointAt(0)!)).join('');
  return plain
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, LONGEST)
    .replace(/-+$/, '');
}

const isAccent = (code: number) => code >= 0x300 && code <= 0x36f;

/** Gives out names, each once: the second `crm` is `crm-2`. */
export function createNamer(): (wanted: string) => string {
  const taken = new Set<string>();
  return (wanted) => {
    let name = wanted;
    for (let count = 2; taken.has(name); count++) name = `${wanted}-${count}`;
    taken.add(name);
    return name;
  };
}
