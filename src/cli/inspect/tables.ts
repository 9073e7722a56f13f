import { nearest } from '../../kinds/job/nearest.ts';
import type { SyncClient } from '../../sync/client.ts';
import { SyncError } from '../../sync/errors.ts';
import type { ColumnRecord } from '../../sync/models/records.ts';
import type { CallOptions } from '../../sync/session.ts';
import { type Command, flagOf, type Given, OUTPUT } from '../command.ts';
import { CliError } from '../failure.ts';
import { showRows } from '../output.ts';
import { withSync } from '../sync.ts';
import { table } from '../table.ts';
import { targetOf } from '../targets.ts';

const SEARCH = { value: 'TEXT', help: 'only those whose name holds the text, in any case' };
const NEEDS = ['get syncconnections, syncworkspaces, syncservers, secrets'];

/** What a connection can replicate. */
export const tables: Command = {
  name: 'tables',
  summary: 'List the tables of a connection, as Sync sees them now',
  args: 'connection/NAME',
  flags: { search: SEARCH, output: OUTPUT },
  examples: [{ text: 'what is there about orders', line: 'kubectl sync tables connection/crm --search order' }],
  needs: NEEDS,
  completes: 'connection',
  async run(context, given) {
    const found = await withSync(context, targetOf(given.args, ['SyncConnection']), (sync, id, options) =>
      sync.connections.tables(id, options),
    );
    const shown = found.filter(({ name }) => holds(name, given));
    const rows = shown.map(({ name, schema = '', type = '' }) => [name, schema, type]);
    showRows(context.terminal, given, shown, {
      asTable: () => table(['TABLE', 'SCHEMA', 'TYPE'], rows),
      none: noneOf('table', found.length),
    });
    return 0;
  },
};

/** What a table of a connection consists of. */
export const columns: Command = {
  name: 'columns',
  summary: 'List the columns of a table of a connection',
  args: 'connection/NAME TABLE',
  flags: { search: SEARCH, output: OUTPUT },
  examples: [{ text: 'the columns of one table', line: 'kubectl sync columns connection/crm Account' }],
  needs: NEEDS,
  completes: 'connection',
  async run(context, given) {
    const [connection, name, more] = given.args;
    if (connection === undefined || name === undefined || more !== undefined) {
      throw new CliError('give a connection and a table: connection/NAME TABLE');
    }
    const found = await withSync(context, targetOf([connection], ['SyncConnection']), (sync, id, options) =>
      columnsOf(sync, id, name, options),
    );
    const shown = found.filter((column) => holds(column.name, given));
    const rows = shown.map(({ name, dataType = '', nullable, primaryKey }) => [
      name,
      dataType,
      primaryKey ? 'primary key' : '',
      nullable === undefined ? '' : nullable ? 'may be null' : 'not null',
    ]);
    showRows(context.terminal, given, shown, {
      asTable: () => table(['COLUMN', 'TYPE', 'KEY', 'NULL'], rows),
      none: noneOf('column', found.length),
    });
    return 0;
  },
};

const noneOf = (what: string, all: number) =>
  all === 0 ? `Sync tells of no ${what}` : `none of ${all} ${what}s has such a name`;

/** Servers differ in what they say of a table that is not there: an error, or no columns. */
async function columnsOf(sync: SyncClient, id: string, name: string, options: CallOptions): Promise<ColumnRecord[]> {
  const names = async (): Promise<string[]> => (await sync.connections.tables(id, options)).map((one) => one.name);
  // A list that shows the table shows that the connection is there as well.
  const known = async () => (await names().catch(() => [] as string[])).includes(name);
  let failure: unknown = new CliError(`Sync tells no columns of ${name}`);
  try {
    const list = await sync.connections.columns(id, name, { ...options, known });
    if (list.length > 0) return list;
  } catch (error) {
    if (!isAboutSubject(error)) throw error;
    failure = error;
  }
  // Where tables cannot be listed, the first failure tells more.
  const there = await names().catch(() => undefined);
  if (there === undefined || there.includes(name)) throw failure;
  const alike = nearest(name, there);
  throw new CliError(`there is no table ${name}${alike.length > 0 ? `; is it ${alike.join(' or ')}?` : ''}`);
}

/** The server was there and could not do it. */
function isAboutSubject(error: unknown): boolean {
  if (!(error instanceof SyncError)) return false;
  const { outcome } = error;
  return (
    outcome.kind === 'errorInSuccess' ||
    (outcome.kind === 'http' && [400, 404, 405, 422, 500, 501].includes(outcome.status))
  );
}

function holds(name: string, given: Given): boolean {
  return name.toLowerCase().includes((flagOf(given, 'search') ?? '').toLowerCase());
}
