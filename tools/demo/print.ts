/** What the demo says. Colour only where somebody looks. */
export interface Printer {
  title(text: string): void;
  /** The heading of a step. */
  step(number: number, text: string): void;
  /** A remark. */
  say(text: string): void;
  /** Something that was looked at and holds. */
  proved(text: string): void;
  failed(text: string): void;
  /** Text as it came from somewhere else, indented. */
  quote(lines: readonly string[]): void;
  /** Rows in columns, the first one a heading. */
  table(rows: readonly (readonly string[])[]): void;
}

export function createPrinter(write: (text: string) => void, colour: boolean): Printer {
  const paint = (code: string) => (text: string) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
  const [bold, dim, green, red] = [paint('1'), paint('2'), paint('32'), paint('31')];
  const line = (text = '') => write(`${text}\n`);
  return {
    title: (text) => line(bold(text)),
    step: (number, text) => line(`\n${bold(`${number}. ${text}`)}`),
    say: (text) => line(`   ${text}`),
    proved: (text) => line(`   ${green('✓')} ${text}`),
    failed: (text) => line(`   ${red('✗')} ${text}`),
    quote: (lines) => {
      for (const text of lines) line(dim(`     ${text}`));
    },
    table(rows) {
      const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
      rows.forEach((row, index) => {
        const text = row.map((cell, at) => cell.padEnd(widths[at]!)).join('  ');
        line(`     ${index === 0 ? bold(text.trimEnd()) : text.trimEnd()}`);
      });
    },
  };
}
