import { OPERATIONS } from '../src/sync/routes.ts';

/** One row of the route table, as `npm run operations -- --json` prints it. */
export interface OperationRow {
  id: string;
  api: string;
  method: string;
  paths: readonly string[];
  provenance: string;
  usedBy: string;
}

/** The route table as plain data; the method is the one that is tried first. */
export function operationRows(): OperationRow[] {
  return OPERATIONS.map(({ id, api, methods, paths, provenance, usedBy }) => {
    return { id, api, method: methods[0]!, paths, provenance, usedBy };
  });
}

/** The table for people: one line an operation, its further paths below. */
export function operationTable(rows: readonly OperationRow[]): string {
  const width = (of: (row: OperationRow) => string) => Math.max(...rows.map((row) => of(row).length));
  const [id, method, provenance] = [width((row) => row.id), width((row) => row.method), width((row) => row.provenance)];
  const line = (row: OperationRow) =>
    [row.id.padEnd(id), row.method.padEnd(method), row.provenance.padEnd(provenance), row.paths.join(' | ')].join('  ');
  return `${rows.map(line).join('\n')}\n${rows.length} operations\n`;
}

if (import.meta.main) {
  const rows = operationRows();
  process.stdout.write(process.argv.includes('--json') ? `${JSON.stringify(rows, null, 2)}\n` : operationTable(rows));
}
