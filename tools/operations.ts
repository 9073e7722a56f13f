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

const APIS: Readonly<Record<string, string>> = {
  workspaces: 'Workspaces',
  connections: 'Connections',
  jobs: 'Jobs',
  transformations: 'Transformations',
  pipelines: 'Pipelines',
  events: 'Events',
  users: 'Users',
};

/** `docs/operations.md`: every operation, where it is looked for, how sure that is, and what uses it. */
export function operationFiles(): Map<string, string> {
  const rows = operationRows();
  const cells = ({ id, paths, provenance, usedBy }: OperationRow, methods: readonly string[]) =>
    `| \`${id}\` | ${methods.join(', ')} | ${paths.map((path) => `\`${path}\``).join('<br>')} | ${provenance} | ${usedBy} |`;
  const sections = Object.entries(APIS).flatMap(([api, title]) => [
    `## ${title}`,
    '',
    '| operation | method | URL, in the order tried | provenance | used by |',
    '| --- | --- | --- | --- | --- |',
    ...OPERATIONS.filter((operation) => operation.api === api).map((operation) =>
      cells(rows.find(({ id }) => id === operation.id)!, operation.methods),
    ),
    '',
  ]);
  const lines = [
    '# Operations of the Sync API',
    '',
    '<!-- Generated from src/sync/routeTable.ts by npm run gen. -->',
    '',
    `The REST API v2 of CData Sync has ${rows.length - 1} operations; \`jobs.get\`, which no page lists, is tried as well. URLs are below \`apiPath\``,
    'of the SyncServer. Provenance says how sure the first URL is: *documented*: read on a page of the v2 documentation; *pattern*: the method',
    'is, and the URL follows the pattern of the others; *inferred*: our guess. What a server lacks is found out and the next URL is tried;',
    '`spec.routes` of the SyncServer comes before all of them, by the id in the first column.',
    '',
    'Each one is used: a test runs the operator and the commands of `kubectl sync` against the simulator and fails when one is not called.',
    '',
    ...sections,
  ];
  return new Map([['docs/operations.md', `${lines.join('\n').trimEnd()}\n`]]);
}

if (import.meta.main) {
  const rows = operationRows();
  process.stdout.write(process.argv.includes('--json') ? `${JSON.stringify(rows, null, 2)}\n` : operationTable(rows));
}
