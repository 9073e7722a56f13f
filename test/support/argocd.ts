import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { programOf } from '../tools/locate.ts';

/** The settings that Argo CD would load, and its Lua. */

export const SETTINGS = 'argocd/argocd-cm.yaml';
export const STRICT_SETTINGS = 'argocd/argocd-cm-strict.yaml';

/** One entry of the settings, as `health` of `SyncJob`; undefined when there is none. */
export function settingOf(what: string, kind: string, file = SETTINGS): string | undefined {
  const { data } = parse(readFileSync(file, 'utf8')) as { data: Record<string, string> };
  return data[`resource.customizations.${what}.sync.cdata.com_${kind}`];
}

/** Whether gopher-lua is built; without it what needs it is left out. */
export const hasLua = () => programOf('lua') !== undefined;

/** What a script returns for an object, on the engine and with the libraries of Argo CD. */
export function runLua(script: string, object: unknown): Record<string, unknown> {
  const input = JSON.stringify({ script, object });
  const { status, stdout, stderr } = spawnSync(programOf('lua')!, { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the script failed: ${stderr}`);
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** The health of an object as Argo CD shows it. */
export function healthOf(object: { kind: string }, file = SETTINGS): { status: string; message: string } {
  return runLua(settingOf('health', object.kind, file)!, object) as { status: string; message: string };
}
