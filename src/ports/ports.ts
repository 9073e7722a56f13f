import type { Clock } from './clock.ts';
import type { Files } from './files.ts';
import type { Logger } from './logger.ts';
import type { Meter } from './meter.ts';
import type { Random } from './random.ts';
import type { Transport } from './transport.ts';

/** Everything that the operator has of the outside world. */
export interface Ports {
  clock: Clock;
  random: Random;
  transport: Transport;
  files: Files;
  /** Environment variables: where Kubernetes is, inside of a pod and outside. */
  env: Readonly<Record<string, string | undefined>>;
  logger: Logger;
  meter: Meter;
}
