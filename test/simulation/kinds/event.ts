import type { Loose } from '../../cluster/types.ts';
import { resource } from '../../support/manifests.ts';
import { edited } from '../land.ts';
import { idOfPipeline, sameSet } from './pipeline.ts';
import { choosePolicies } from './policies.ts';
import { differingFields, editField, type FieldChoice, type SimKind } from './simKind.ts';

const SCRIPTS = ['<api:script>one</api:script>', '<api:script>two</api:script>', '<api:script>three</api:script>'];
const FIELDS: readonly FieldChoice[] = [['script', 'script', SCRIPTS]];
const LABELS = ['red', 'blue', 'green'];

export const EVENT: SimKind = {
  kind: 'SyncEvent',
  remote: 'event',
  make(land) {
    const { dice, wanted } = land;
    const pipeline = dice.pickAny([...wanted.values()].filter(({ kind }) => kind === 'SyncPipeline'));
    if (!pipeline) return undefined;
    const name = land.newName('event');
    // Most are a step of their pipeline.
    if (pipeline.spec.steps && dice.chance(0.7)) {
      land.apply(edited(pipeline, (spec) => spec.steps.push({ eventRef: { name } })));
    }
    const spec: Loose = {
      pipelineRef: { name: pipeline.metadata.name },
      name: `Event ${name}`,
      ...(dice.chance(0.9) && { script: dice.pick(SCRIPTS) }),
      ...(dice.chance(0.2) && { labels: dice.some(LABELS) }),
      ...choosePolicies(dice),
    };
    return resource('SyncEvent', name, spec);
  },
  edit(spec, land) {
    if (land.dice.chance(0.7)) return editField(spec, FIELDS, land);
    spec.labels = land.dice.some(LABELS);
    return `labels: ${spec.labels}`;
  },
  tamper(item, { dice, setting }) {
    const script = dice.pick([...SCRIPTS, '<api:script>nine</api:script>']);
    setting.simulator.console.edit('event', item.id, { script });
    return `sets script of ${item.fields.name} to ${script}`;
  },
  byHand({ spec, metadata }, same, land) {
    const pipelineId = idOfPipeline(land, metadata.namespace!, spec.pipelineRef.name);
    const { state, console } = land.setting.simulator;
    if (pipelineId === undefined || !state.pipelines.has(pipelineId)) return undefined;
    const script = same ? (spec.script ?? '') : '<api:script>nine</api:script>';
    return console.createEvent(pipelineId, { name: spec.name, script, labels: spec.labels ?? [] });
  },
  differences: ({ spec }, item) => [
    ...differingFields(spec, item, [['name', 'name', []], ...FIELDS]),
    ...(spec.labels && !sameSet(spec.labels, item.fields.labels) ? ['labels'] : []),
  ],
};
