/** A guide as data: what a reader would apply and type, in order. */

export type Step =
  | { kind: 'manifests'; text: string; line: number }
  | { kind: 'command'; words: string[]; line: number };

export interface Guide {
  /** What stands there before the guide begins, from `<!-- given: … -->`; empty: nothing but a server. */
  given: string;
  steps: Step[];
  /** Text of the blocks ```yaml values: values for the chart. */
  values: string[];
  /** Lines of the blocks ```sh helm. */
  helm: string[];
  /** Every block whose language is not one of ours, by its info string. */
  unknown: string[];
}

const INFOS: ReadonlySet<string> = new Set(['yaml', 'sh', 'yaml values', 'sh helm', 'text', 'mermaid']);

/**
 * Reads a guide. ```yaml is applied, ```sh is run line by line; ```yaml values and ```sh helm belong to the chart, and ```text is for
 * reading only.
 */
export function readGuide(markdown: string): Guide {
  const steps: Step[] = [];
  const values: string[] = [];
  const helm: string[] = [];
  const unknown: string[] = [];
  for (const { info, text, line } of blocks(markdown)) {
    if (!INFOS.has(info)) unknown.push(info);
    if (info === 'yaml') steps.push({ kind: 'manifests', text, line });
    if (info === 'yaml values') values.push(text);
    if (info === 'sh helm') helm.push(...text.trim().split('\n'));
    if (info === 'sh') steps.push(...commands(text, line));
  }
  return { given: /<!-- given: (.*?) -->/.exec(markdown)?.[1] ?? '', steps, values, helm, unknown };
}

function blocks(markdown: string): { info: string; text: string; line: number }[] {
  const found = [...markdown.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)];
  return found.map(({ 1: info, 2: text, index }) => ({
    info: info!.trim(),
    text: text!,
    line: markdown.slice(0, index).split('\n').length + 1,
  }));
}

function commands(text: string, line: number): Step[] {
  const whole = text.replaceAll(/\\\n\s*/g, ' ');
  return whole.split('\n').flatMap((raw) => {
    const command = raw.replace(/\s+#.*$/, '').trim();
    return command && !command.startsWith('#') ? [{ kind: 'command' as const, words: wordsOf(command), line }] : [];
  });
}

/** The words of a command; quotes and $(…) hold together. */
function wordsOf(command: string): string[] {
  const words = command.match(/(?:\$\([^)]*\)|'[^']*'|"[^"]*"|[^\s'"$]|\$)+/g) ?? [];
  return words.map((word) => word.replaceAll(/\$\([^)]*\)|'([^']*)'|"([^"]*)"/g, (all, one, two) => one ?? two ?? all));
}
