import { nearest } from '../../kinds/job/nearest.ts';
import type { TableRecord } from '../../sync/models/records.ts';
import { type Command, flagOf, type Given, OUTPUT } from '../command.ts';
import { CliError } from '../failure.ts';
import { asData } from '../output.ts';
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
    const found = await withSync(context, targetOf(given.args, ['SyncConnection']), (sync, id) =>
      sync.connections.tables(id),
    );
    const shown = found.filter(({ name }) => holds(name, given));
    const rows = shown.map(({ name, schema = '', type = '' }) => [name, schema, type]);
    context.terminal.out(asData(given, shown) ?? table(['TABLE', 'SCHEMA', 'TYPE'], rows));
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
    const found = await withSync(context, targetOf([connection], ['SyncConnection']), async (sync, id) => {
      const list = await sync.connections.columns(id, name);
      // Servers differ in what they say of a table that is not there.
      if (list.length === 0) throw unknownTable(name, await sync.connections.tables(id));
      return list;
    });
    const shown = found.filter((column) => holds(column.name, given));
    const rows = shown.map(({ name, dataType = '', nullable, primaryKey }) => [
      name,
      dataType,
      primaryKey ? 'primary key' : '',
      nullable === undefined ? '' : nullable ? 'may be null' : 'not null',
    ]);
    context.terminal.out(asData(given, shown) ?? table(['COLUMN', 'TYPE', 'KEY', 'NULL'], rows));
    return 0;
  },
};

function holds(name: string, given: Given): boolean {
  return name.toLowerCase().includes((flagOf(given, 'search') ?? '').toLowerCase());
}

function unknownTable(name: string, tables: readonly TableRecord[]): CliError {
  const names = tables.map((one) => one.name);
  if (names.includes(name)) return new CliError(`Sync tells no columns of ${name}`);
  const alike = nearest(name, names);
  return new CliError(`there is no table ${name}${alike.length > 0 ? `; is it ${alike.join(' or ')}?` : ''}`);
}
