import { parseArgs } from 'node:util';
import { systemClock } from '../../src/ports/clock.ts';
import { systemRandom } from '../../src/ports/random.ts';
import { listen } from '../support/listen.ts';
import { referenceDialect, SWITCHES } from './dialect.ts';
import { dialectFromSeed } from './pairwise.ts';
import { API_PATH } from './routes.ts';
import { createSimulator } from './simulator.ts';

const USAGE = `usage: npm run simulator -- [--port PORT] [--dialect SEED] [--token TOKEN] [--zone ZONE]`;

/** Serves the simulator on loopback until SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      dialect: { type: 'string' },
      token: { type: 'string' },
      zone: { type: 'string' },
    },
  });
  const port = wholeNumber('--port', values.port);
  const dialect =
    values.dialect === undefined ? referenceDialect : dialectFromSeed(wholeNumber('--dialect', values.dialect));
  const { token, zone } = values;
  const simulator = createSimulator({
    clock: systemClock(),
    random: systemRandom(),
    dialect,
    ...(token === undefined ? {} : { token }),
    ...(zone === undefined ? {} : { zone }),
  });
  const server = await listen(simulator.handler, port);
  print('A simulator of a CData Sync server. It is our reading of the documentation, not CData Sync.');
  print(`url:   ${server.url}${API_PATH}`);
  print(`token: ${simulator.token}`);
  const odd = SWITCHES.filter((key) => dialect[key] !== referenceDialect[key]);
  print(`dialect: ${odd.length === 0 ? 'reference' : odd.map((key) => `${key}=${dialect[key]}`).join(' ')}`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void server.close().then(() => process.exit(0)));
  }
}

function wholeNumber(flag: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`${flag} must be a whole number\n${USAGE}`);
  return Number(text);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
});
