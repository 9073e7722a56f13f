/** Rows under headings, as kubectl prints them: upper-case headings, three spaces between columns, nothing at the ends of lines. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => visible(row[column] ?? ''))));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell + ' '.repeat(widths[column]! - visible(cell)))
      .join('   ')
      .trimEnd();
  return `${all.map(line).join('\n')}\n`;
}

/** How many columns a text takes on a terminal: colours take none. */
function visible(text: string): number {
  return [...text.replace(/\u001b\[\d*m/g, '')].length;
}
