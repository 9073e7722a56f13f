/** A Secret that manifests refer to and that a person has to make: its values are never read. */
export interface SecretToMake {
  name: string;
  /** `what`: whose value belongs there, for people. */
  keys: { key: string; what: string }[];
}

/** A key that Kubernetes allows, not yet in the Secret. */
export function keyNameOf(text: string, { keys }: SecretToMake): string {
  const wanted = text.replace(/[^-._a-zA-Z0-9]+/g, '-') || 'value';
  let name = wanted;
  for (let count = 2; keys.some(({ key }) => key === name); count++) name = `${wanted}-${count}`;
  return name;
}

/** The line that makes it, once the values in angle brackets are filled in. */
export function commandFor({ name, keys }: SecretToMake): string {
  const literals = keys.map(({ key, what }) => `--from-literal=${key}=${quoted(`<${what}>`)}`);
  return `kubectl create secret generic ${name} ${literals.join(' ')}`;
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''").replace(/[\u0000-\u001f]/g, ' ')}'`;
