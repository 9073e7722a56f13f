import { expect, test } from 'vitest';
import { isSameServer, readAcceptance } from './acceptance.ts';

const NOW = 'https://b:8181/api.rsc/v2#22';

test('accept-server has to name the server as it is now', () => {
  expect(readAcceptance(`moved:${NOW}`, NOW)).toEqual({ ok: true, accepted: { how: 'moved', identity: NOW } });
  expect(readAcceptance(`replaced:${NOW}`, NOW)).toMatchObject({ ok: true, accepted: { how: 'replaced' } });
  for (const wrong of ['', 'moved', `moved:https://a/api.rsc/v2#1`, `Moved:${NOW}`, `yes:${NOW}`, NOW]) {
    const answer = readAcceptance(wrong, NOW);
    expect(answer.ok).toBe(false);
    expect(!answer.ok && answer.message).toContain(`sync.cdata.com/accept-server=moved:${NOW}`);
  }
});

test('a server that does not tell its default workspace is known by its place', () => {
  expect(isSameServer(NOW, NOW)).toBe(true);
  expect(isSameServer('https://b:8181/api.rsc/v2#', NOW)).toBe(true);
  expect(isSameServer('https://a:8181/api.rsc/v2#', NOW)).toBe(false);
  expect(isSameServer('https://b:8181/api.rsc/v2#23', NOW)).toBe(false);
});
