import type { Command } from './command.ts';
import { approve } from './plan/approve.ts';
import { plan } from './plan/plan.ts';
import { REQUESTS } from './request/requests.ts';
import { resume, suspend } from './request/suspend.ts';

/** All commands, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [plan, approve, suspend, resume, ...REQUESTS];
