import { parseDuration } from '../api/duration.ts';
import { flagOf, type Given } from './command.ts';
import { CliError } from './failure.ts';

/** The whole number that a flag gives; undefined when it was not given. Throws CliError. */
export function numberOf(given: Given, name: string, least = 0): number | undefined {
  const text = flagOf(given, name);
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text) || Number(text) < least)
    throw new CliError(`--${name}: "${text}" is not a whole number from ${least} on`);
  return Number(text);
}

/** Whole seconds, at least one, of a duration (`90`, `90s`, `1h30m`) that a flag gives; undefined when it was not given. Throws CliError. */
export function secondsOf(given: Given, name: string): number | undefined {
  const text = flagOf(given, name);
  if (text === undefined) return undefined;
  const seconds = Math.ceil(millisecondsOf(text) / 1_000);
  if (seconds >= 1) return seconds;
  throw new CliError(`--${name}: "${text}" is no duration such as 90s, 5m or 1h30m`);
}

/** 0 for what is no duration. */
function millisecondsOf(text: string): number {
  try {
    return parseDuration(/^\d+$/.test(text) ? `${text}s` : text);
  } catch {
    return 0;
  }
}
