import { Cron } from 'croner';
import type { Clock } from '../../src/ports/clock.ts';
import type { Item } from './state.ts';

/** The server's own scheduler. */
export interface Schedules {
  /** Takes the object's schedule as it is now; call after every change. */
  arm(item: Item): void;
  disarm(id: string): void;
}

/** Is it a cron of five to seven fields that this server can carry out? */
export function isCron(text: string): boolean {
  try {
    new Cron(text, { paused: true });
    return true;
  } catch {
    return false;
  }
}

/** Starts what is due; `fire` decides whether the slot is run or skipped. */
export function createSchedules(clock: Clock, zone: string, fire: (item: Item) => void): Schedules {
  const armed = new Map<string, { cron: string; cancel: () => void }>();

  const disarm = (id: string) => {
    armed.get(id)?.cancel();
    armed.delete(id);
  };
  const waitForSlot = (item: Item, cron: string) => {
    const next = new Cron(cron, { paused: true, timezone: zone }).nextRun(new Date(clock.now()));
    if (!next) return;
    const cancel = clock.after(next.getTime() - clock.now(), () => {
      // A real timer cannot wait longer than 2^31 ms and then comes early.
      const due = clock.now() >= next.getTime();
      waitForSlot(item, cron);
      if (due) fire(item);
    });
    armed.set(item.id, { cron, cancel });
  };
  return {
    disarm,
    arm(item) {
      const cron = cronOf(item);
      if (armed.get(item.id)?.cron === cron) return;
      disarm(item.id);
      if (cron !== undefined) waitForSlot(item, cron);
    },
  };
}

/** The cron by which it runs now; undefined when it has no schedule that is switched on. */
export function cronOf(item: Item): string | undefined {
  if (item.fields['schedule.enabled'] !== true) return undefined;
  const cron = item.fields[item.kind === 'transformation' ? 'trigger.schedule_cron' : 'schedule.cron'];
  return typeof cron === 'string' && cron !== '' ? cron : undefined;
}
