/** Where a command writes. */
export interface Terminal {
  /** Standard output, as it is: data. */
  out(text: string): void;
  /** Standard error: progress, warnings, questions. */
  err(text: string): void;
  /** Standard output is a terminal that redraws: progress may move, and colours show. */
  readonly live: boolean;
  /** Colours may be used: a terminal, and no NO_COLOR. */
  readonly colours: boolean;
  /** Columns of the terminal; 80 when there is none. */
  readonly width: number;
  /** The next line that a person types; undefined when nobody can. */
  ask(question: string): Promise<string | undefined>;
}

export type Tone = 'good' | 'bad' | 'warn' | 'dim' | 'bold';

const CODES: Readonly<Record<Tone, number>> = { good: 32, bad: 31, warn: 33, dim: 2, bold: 1 };

/** Text in a tone, where colours show. */
export function paint({ colours }: Terminal, tone: Tone, text: string): string {
  return colours && text !== '' ? `\u001b[${CODES[tone]}m${text}\u001b[0m` : text;
}

/** Whether a program may use colours there (no-color.org): NO_COLOR with any value, or TERM=dumb, says no. */
export function allowsColours(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  return isTerminal && !env.NO_COLOR && env.TERM !== 'dumb';
}
