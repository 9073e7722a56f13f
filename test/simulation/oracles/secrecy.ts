import { formsOf } from '../../support/canary.ts';
import type { Land } from '../land.ts';
import { textOf } from '../timeline.ts';

/** No secret that there ever was is to be read in logs, objects, events or metrics. */
export async function checkSecrecy({ setting, canaries }: Land): Promise<void> {
  const { cluster, timeline } = setting;
  const objects = [...cluster.backup().objects, ...cluster.events(), ...cluster.objects('Lease')];
  const places = {
    logs: timeline.entries.filter(({ level }) => level !== undefined).map(textOf),
    objects: objects.filter(({ kind }) => kind !== 'Secret').map((object) => JSON.stringify(object)),
    metrics: (await setting.metrics()).split('\n'),
  };
  for (const [where, texts] of Object.entries(places)) {
    const all = texts.join('\n');
    for (const form of canaries.flatMap(formsOf)) {
      if (!all.includes(form)) continue;
      setting.violate(
        'secrecy',
        `a secret stands in ${where}: ${texts.find((one) => one.includes(form))!.slice(0, 400)}`,
      );
    }
  }
}
