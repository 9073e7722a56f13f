import type { Command } from './command.ts';
import { completion } from './complete/completion.ts';
import { REQUESTS } from './request/requests.ts';
import { resume, suspend } from './request/suspend.ts';
import { status } from './status/status.ts';

/** All commands, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [status, suspend, resume, ...REQUESTS, completion];
