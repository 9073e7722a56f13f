import type { Exported, Manifest } from '../../kinds/export/export.ts';
import { commandFor } from '../../kinds/export/secrets.ts';
import type { Disk } from '../disk.ts';
import { CliError } from '../failure.ts';
import { asYaml } from '../output.ts';
import { shortest } from '../targets.ts';
import type { Terminal } from '../terminal.ts';

export const SECRETS_FILE = 'secrets.txt';
const TO_MAKE = 'Secrets to make before these manifests are applied, with the values in angle brackets filled in:';

/** One stream of YAML, with the Secrets to make and the notes as comments at its head. */
export function writeStream(terminal: Pick<Terminal, 'out'>, { manifests, secrets, notes }: Exported): void {
  const lines = [...(secrets.length === 0 ? [] : [TO_MAKE, ...secrets.map(commandFor)]), ...notes];
  const head = lines.map((line) => `# ${line}\n`).join('');
  terminal.out(head + manifests.map((manifest) => `---\n${asYaml(manifest)}`).join(''));
}

/** A file an object, and one with the Secrets to make, which kubectl does not take for a manifest. Throws CliError where the folder cannot be written to. */
export function writeFolder(disk: Pick<Disk, 'write'>, folder: string, { manifests, secrets }: Exported): void {
  const files: [string, string][] = manifests.map((manifest) => [fileOf(manifest), asYaml(manifest)]);
  if (secrets.length > 0) files.push([SECRETS_FILE, `# ${TO_MAKE}\n${secrets.map(commandFor).join('\n')}\n`]);
  for (const [name, text] of files) {
    const path = `${folder}/${name}`;
    try {
      disk.write(path, text);
    } catch (error) {
      throw new CliError(`${path} cannot be written: ${(error as Error).message}`);
    }
  }
}

const fileOf = ({ kind, metadata }: Manifest) => `${shortest(kind)}-${metadata.name}.yaml`;
