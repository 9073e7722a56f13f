/**
 * Seeds that once failed, each with what it found. What a seed does changes with what the simulation can do, so that each of these
 * bugs has a test of its own as well (test/scenarios/found.test.ts, and beside the code).
 */
export const KEPT_SEEDS: readonly (readonly [seed: number, found: string])[] = [
  [1, 'an object was adopted as identical although a property that the spec names was not there'],
  [4, 'a process that was paused past its lease wrote statuses over those of the next leader'],
  [5, 'after a restart a drift went unseen, since the digest of an older list was remembered with a newer read'],
  [7, 'a task that became a query kept its table, and nobody saw it'],
  [14, 'a route that had worked was given up for good, since a lagging read still showed the job that was gone'],
  [16, 'a connection that had vanished was made anew beside one of its name'],
  [18, 'two resources waited for a third that could not take their object either'],
  [20, 'a plan that is only reported was written again and again'],
  [24, 'a deletion that the server refused was sent every second for ever'],
  [
    26,
    'a drift whose correction was refused was called Ready by the next pass; a 405 of a missing route said that the job is refused',
  ],
  [
    35,
    'an update was sent over an object that only lists showed, since the missing route was found out in the same pass',
  ],
  [46, 'a resource stayed refused for an object that had another name by then'],
  [54, 'an object without the field that the spec names was adopted as identical'],
  [142, 'a field without a value, which the server shows as null, was taken for one that it does not show'],
  [1050, 'a task that somebody changed within a minute after we made it was taken for the wording of the server'],
  [2165, 'what somebody wrote before a lagging server showed our write was taken for the wording of the server'],
  [9152, 'the same, of the name of an object that was just made'],
  [9007, 'a schedule lost its time when it was switched on, on a server that replaces and lags'],
  [9056, 'an event that was renamed was taken for one of its old name, since nothing lists events by time'],
  [9169, 'a step was added twice, since the refusal of a later one ended the wait for the list to show it'],
  [40069, 'a name that two events bore stayed ambiguous after one of them was gone'],
  [40102, 'an event whose pipeline was gone said so for ever, and never stalled'],
  [41093, 'a job that somebody made while ours was being made was taken for it, and never got what it did not show'],
  [41240, 'a drift whose correction is refused was told of every hour'],
  [50860, 'a pipeline was adopted as identical although a step for an event that was not known yet was lacking'],
  [50867, 'a deletion that was refused for one reason and another was tried every half minute for ever'],
  [51275, 'a run whose start was held open for ever, while the status said that nothing runs, never ended'],
  [50578, 'what somebody put back while nobody could look was called a refusal of the server'],
  [42025, 'a pipeline that was handed over stayed that of its old resource while an event kept that from going'],
  [30076, 'another server was polled with the ids of the first one as soon as it did not answer for a moment'],
  [30204, 'after another server was accepted, the workspaces of the one before counted as well'],
];
