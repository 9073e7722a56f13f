import { createApp } from './app.ts';
import { ConfigError, readConfig } from './config.ts';
import { createLogger } from './observability/logger.ts';
import { createMeter } from './observability/meter.ts';
import { measureProcess } from './observability/processMetrics.ts';
import { serveEndpoints } from './observability/server.ts';
import { systemClock } from './ports/clock.ts';
import { systemFiles } from './ports/files.ts';
import { systemRandom } from './ports/random.ts';
import { undiciTransport } from './ports/undiciTransport.ts';
import { VERSION } from './version.ts';

/** The controller process: configuration, ports, app, signals. Resolves to the exit code. */
async function main(): Promise<number> {
  const command = readConfig(process.argv.slice(2), process.env);
  if (command.command === 'help') return print(command.text);
  if (command.command === 'version') return print(VERSION);
  const { config } = command;
  const logger = createLogger({ level: config.logLevel, format: config.logFormat });
  const meter = createMeter();
  measureProcess(meter, VERSION);
  const ports = {
    clock: systemClock(),
    random: systemRandom(),
    transport: undiciTransport(),
    files: systemFiles(),
    env: process.env,
    logger,
    meter,
  };
  const app = createApp(config, ports);
  const endpoints = await serveEndpoints({
    healthAddress: config.healthAddress,
    metricsAddress: config.metricsAddress,
    missing: () => app.ready(),
    scrape: () => meter.scrape(),
    logger,
  });
  const ended = new Promise<number>((resolve) => {
    process.once('SIGTERM', () => resolve(0));
    process.once('SIGINT', () => resolve(0));
    void app.deposed.then(() => resolve(1));
  });
  await app.start();
  const code = await ended;
  logger.info({ code }, code === 0 ? 'stopping' : 'leadership lost, ending');
  if (code === 0) await app.stop();
  await endpoints.close();
  return code;
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const text = error instanceof ConfigError || error instanceof Error ? error.message : String(error);
    process.stderr.write(`sync-operator: ${text}\n`);
    process.exit(2);
  },
);
