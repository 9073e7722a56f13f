import { expect, test } from 'vitest';
import { createVirtualClock } from '../../../test/support/virtualClock.ts';
import { type Outcome, RemoteError } from '../remote.ts';
import { answerOf, createOpenCalls } from './calls.ts';

const http = (status: number): Outcome => ({ kind: 'http', status });

test.each<[string, Outcome, string, string]>([
  ['a conflict', http(409), '', 'notStarted'],
  ['a refusal that says that it runs', http(400), 'The job is already running.', 'notStarted'],
  ['a refusal', http(422), 'no licence', 'refused'],
  ['a lack of rights', http(403), '', 'refused'],
  ['a token that is not taken', http(401), '', 'notStarted'],
  ['an object that is not there', http(404), '', 'notStarted'],
  ['a request to wait', http(429), '', 'notStarted'],
  ['no such call', { kind: 'unsupported' }, '', 'refused'],
  ['an open circuit', { kind: 'circuitOpen', retryAfterMs: 5 }, '', 'notStarted'],
  ['refused before it was sent', { kind: 'transport', failure: 'refused', sent: false }, '', 'notStarted'],
  ['cut off', { kind: 'transport', failure: 'reset', sent: true }, '', 'unclear'],
  ['no answer in time', { kind: 'transport', failure: 'timeout', sent: true }, '', 'unclear'],
  ['a gateway error', http(504), '', 'unclear'],
  ['a server error', http(500), '', 'unclear'],
  ['a page of somebody else', { kind: 'foreign' }, '', 'unclear'],
  ['a reply that cannot be read', { kind: 'unreadable' }, '', 'unclear'],
  ['a success that tells of an error', { kind: 'errorInSuccess' }, 'connection failed', 'unclear'],
])('%s', (_, outcome, words, kind) => {
  expect(answerOf(new RemoteError('m', outcome, 'execute', words)).kind).toBe(kind);
});

test('no status, whatever it is, is taken for not started unless it says so', () => {
  for (let status = 500; status <= 599; status++) {
    expect(answerOf(new RemoteError('m', http(status), 'execute')).kind).toBe('unclear');
  }
});

test('a call outlives the pass that made it, and wakes the run when it is over', async () => {
  const clock = createVirtualClock();
  const calls = createOpenCalls(clock);
  let woken = 0;
  const reply = Promise.withResolvers<never>();
  calls.open(
    'uid',
    'at',
    () => reply.promise,
    () => woken++,
  );
  await clock.settle();
  expect(calls.of('uid')?.answer).toBeUndefined();
  reply.reject(new RemoteError('m', http(504), 'execute'));
  await clock.settle();
  expect(calls.of('uid')?.answer?.kind).toBe('unclear');
  expect(woken).toBe(1);
});
