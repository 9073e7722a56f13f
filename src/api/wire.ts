import { z } from 'zod';
import { choice, flag, integer, list, map, matching, name } from './schema.ts';

/** Corrections of the route table, the decoder and the writer for one server: `spec.routes` and `spec.wire` of a SyncServer, and `status.learned`. */

const operation = matching(
  /^[a-zA-Z]+\.[a-zA-Z.]+$/,
  'must be the id of an operation, as jobs.execute; kubectl sync operations lists them',
  'Id of the operation, as jobs.execute; `kubectl sync operations` lists them.',
  64,
);

export const route = z
  .object({
    operation,
    method: choice(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], 'The HTTP method.'),
    path: matching(
      /^\/([A-Za-z0-9_~{}$=&?%:@,'()-]|\.[A-Za-z0-9_~{}$=&?%:@,'()-]|\/)*$/,
      'must start with /, lie below apiPath and have no .. in it',
      'Path below apiPath, with places such as {job_id}.',
      512,
    ),
  })
  .meta({ description: 'Where an operation is found on this server.' });

export type Route = z.infer<typeof route>;

export const routes = list(route, 128, 'Routes that come before the built-in ones.');

const entityKind = choice(
  [
    ...(['workspace', 'connection', 'job', 'jobTask', 'transformation', 'transformationTask'] as const),
    ...(['pipeline', 'step', 'event', 'user'] as const),
  ],
  'Which kind of object.',
);

const vocabularyName = choice(
  [
    ...(['jobType', 'transformationType', 'triggerType', 'verbosity', 'logfileVerbosity'] as const),
    ...(['metadataRefresh', 'intervalUnit', 'stepType', 'runState'] as const),
  ],
  'Which vocabulary.',
);

const wireField = z
  .object({
    kind: entityKind,
    path: name('Our path of the field, as options.batchSize.'),
    name: name('Its path on the wire, as batch_size.'),
  })
  .meta({ description: 'How a field is called on this server.' });

const wireValue = z
  .object({
    vocabulary: vocabularyName,
    ours: name('The word in the spec.', 128),
    theirs: name('The word on the wire.', 128),
  })
  .meta({ description: 'How a word is spelled on this server.' });

export const facts = z
  .object({
    putStyle: map(
      choice(['merge', 'replace'], 'Whether a PUT leaves fields that it does not carry, or clears them.'),
      16,
      'What a PUT does, by kind of object.',
    ).optional(),
    positionBase: integer('Whether places of tasks and steps count from 0 or 1.', 0, 1).optional(),
    positionName: name('How the target place is called in the body of a move.', 64).optional(),
    createReply: choice(['object', 'id', 'nothing'], 'What a create answers.').optional(),
    childrenInParent: flag('Whether tasks and steps come inside their parent.').optional(),
  })
  .meta({ description: 'How this server behaves where the documentation does not say.' });

export type WireFacts = z.infer<typeof facts>;

export const wire = z
  .object({
    fields: list(wireField, 256, 'Names of fields.').optional(),
    values: list(wireValue, 256, 'Words of vocabularies.').optional(),
    facts: facts.optional(),
  })
  .meta({
    description:
      'Corrections of the decoder and the writer for this server; `kubectl sync doctor` prints what it found.',
  });

export type Wire = z.infer<typeof wire>;
