import type { Command } from './command.ts';
import { completion } from './complete/completion.ts';
import { doctor } from './doctor/doctor.ts';
import { exportCommand } from './export/export.ts';
import { logs } from './inspect/logs.ts';
import { columns, tables } from './inspect/tables.ts';
import { test } from './inspect/test.ts';
import { approve } from './plan/approve.ts';
import { plan } from './plan/plan.ts';
import { REQUESTS } from './request/requests.ts';
import { resume, suspend } from './request/suspend.ts';
import { cancel } from './runs/cancel.ts';
import { follow } from './runs/follow.ts';
import { history } from './runs/history.ts';
import { run } from './runs/run.ts';
import { status } from './status/status.ts';
import { token } from './token/token.ts';

/** All commands, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [
  plan,
  approve,
  status,
  run,
  follow,
  cancel,
  history,
  tables,
  columns,
  test,
  logs,
  exportCommand,
  doctor,
  suspend,
  resume,
  ...REQUESTS,
  token,
  completion,
];
