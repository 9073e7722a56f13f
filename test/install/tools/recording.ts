import type { World } from '../../support/world.ts';

/** What the controller exposed over some time, as the input of promtool's unit tests. */
export interface Recording {
  /** Scrapes every minute, for so long. */
  for(minutes: number): Promise<void>;
  /** Minutes of scrapes so far. */
  readonly minutes: number;
  /** Seconds since the epoch of the first scrape. */
  readonly start: number;
  /** Only metrics of these names. */
  series(names: ReadonlySet<string>): { series: string; values: string }[];
}

const MINUTE = 60_000;
/** What Prometheus adds to every series of a target. */
const TARGET = { instance: '10.0.0.1:8080', job: 'sync-operator', pod: 'sync-operator-0' };

export function record(world: World): Recording {
  const series = new Map<string, (string | undefined)[]>();
  const start = Math.round(world.clock.now() / 1000);
  let count = 0;
  const scrape = async () => {
    for (const [key, value] of samplesOf(await world.metrics())) {
      const values = series.get(key) ?? [];
      values[count] = value;
      series.set(key, values);
    }
    count++;
  };
  return {
    start,
    get minutes() {
      return count - 1;
    },
    async for(minutes) {
      if (count === 0) await scrape();
      for (let minute = 0; minute < minutes; minute++) {
        await world.settle(MINUTE);
        await scrape();
      }
    },
    series(names) {
      const wanted = [...series].filter(([key]) => names.has(key.slice(0, key.indexOf('{'))));
      return wanted.map(([key, values]) => ({ series: key, values: valuesText(values, count) }));
    },
  };
}

/** Series with the labels of the target → value, from the text format. Labels that a metric has stay (honorLabels). */
function samplesOf(text: string): [string, string][] {
  return [...text.matchAll(/^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/gm)].map(([, name, labels = '', value]) => {
    const own = /(^|,)namespace="/.test(labels) ? '' : 'namespace="sync-operator",';
    const target = Object.entries(TARGET).map(([key, word]) => `${key}="${word}"`);
    return [`${name}{${own}${labels ? `${labels},` : ''}${target.join(',')}}`, value!];
  });
}

/** promtool's notation; `1x5` is 1 and five more of it. */
function valuesText(values: readonly (string | undefined)[], count: number): string {
  const words: string[] = [];
  for (let at = 0; at < count; ) {
    const value = values[at] ?? '_';
    let more = 0;
    while (at + more + 1 < count && (values[at + more + 1] ?? '_') === value) more++;
    words.push(value === '_' ? `_x${more + 1}` : `${value}x${more}`);
    at += more + 1;
  }
  return words.join(' ');
}
