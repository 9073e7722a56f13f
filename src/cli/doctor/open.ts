import type { Resource } from '../../engine/resource.ts';
import { silentMeter } from '../../ports/meter.ts';
import { createSyncClient, type SyncClient } from '../../sync/client.ts';
import { createOrigins } from '../../sync/origin.ts';
import { type Context, flagOf, type Given } from '../command.ts';
import { CliError } from '../failure.ts';
import { readOnly } from '../readOnly.ts';
import { openSync } from '../sync.ts';
import { read, targetOf } from '../targets.ts';

/** A client that can only read, and the SyncServer if one was named. Throws CliError. */
export async function openToRead(context: Context, given: Given): Promise<{ client: SyncClient; server?: Resource }> {
  const transport = readOnly(context.transport, 'the doctor');
  const url = flagOf(given, 'url');
  if (url === undefined) {
    const server = await read(await context.cluster(), targetOf(given.args, ['SyncServer']));
    return { client: await openSync({ ...context, transport }, await context.cluster(), server), server };
  }
  if (given.args.length > 0) throw new CliError('give either server/NAME or --url, not both');
  const file = flagOf(given, 'token-file');
  if (file === undefined) throw new CliError('--url needs --token-file: the file that holds the token');
  const token = context.disk.read(file)?.trim();
  if (!token) throw new CliError(`${file}: no such file, or nothing in it`);
  const { clock, random } = context;
  const origins = createOrigins({ clock, random, transport, meter: silentMeter() });
  const apiPath = flagOf(given, 'api-path');
  const auth = { method: 'Header', token } as const;
  try {
    return { client: createSyncClient({ clock, random, origins }, { url, ...(apiPath && { apiPath }), auth }) };
  } catch (error) {
    throw error instanceof RangeError ? new CliError(`--url: ${error.message}`) : error;
  }
}
