import { z } from 'zod';
import { namespaceName } from './references.ts';
import { choice, list, map, name, ruled, text } from './schema.ts';

/** Who may use a SyncServer: `spec.access` (design §4, Access). */

const FROM = ['Same', 'Names', 'Selector', 'All'] as const;

const requirement = z
  .object({
    key: name('Label key.', 317),
    operator: choice(['In', 'NotIn', 'Exists', 'DoesNotExist'], 'How the label is compared.'),
    values: list(text('A label value.', 63), 32, 'Values for In and NotIn.').optional(),
  })
  .meta({ description: 'A requirement on one label.' });

const selector = z
  .object({
    matchLabels: map(text('The value.', 63), 32, 'Labels that the namespace must have.').optional(),
    matchExpressions: list(requirement, 32, 'Requirements that must all hold.').optional(),
  })
  .meta({
    description: 'Labels of namespaces, for from: Selector. The operator then needs cluster-wide rights on namespaces.',
  });

const namespaces = ruled(
  z
    .object({
      from: choice(
        FROM,
        "Same: the server's own. Names: those in names. Selector: those that selector matches. All: every one.",
      ),
      names: list(namespaceName('A namespace.'), 128, 'Namespaces, for from: Names.', 'set').optional(),
      selector: selector.optional(),
    })
    .meta({ description: 'The namespaces that this rule is about.' }),
  [
    {
      rule: "(self.from == 'Names') == (has(self.names) && size(self.names) > 0)",
      message: 'names goes with from: Names, and must not be empty there',
      path: 'names',
      holds: (value) => (value.from === 'Names') === (value.names?.length ?? 0) > 0,
    },
    {
      rule: "(self.from == 'Selector') == has(self.selector)",
      message: 'selector goes with from: Selector and only with it; for every namespace use from: All',
      path: 'selector',
      holds: (value) => (value.from === 'Selector') === (value.selector !== undefined),
    },
  ],
);

const accessRule = z
  .object({
    namespaces,
    workspaces: list(
      name('Id or name of a workspace.'),
      128,
      'Workspaces, by id or name. When absent or empty: all.',
      'set',
    ).optional(),
    kinds: list(
      name('A kind, as SyncJob.', 64),
      16,
      'Kinds of resources. When absent: all but SyncUser.',
      'set',
    ).optional(),
    maxPolicy: choice(
      ['Observe', 'Retain', 'Delete'],
      'The most that may be done: only observe, also write, or also delete. When absent: Delete in the own namespace, Retain elsewhere.',
    ).optional(),
  })
  .meta({ description: 'What some namespaces may do.' });

export type AccessRule = z.infer<typeof accessRule>;

export const access = list(
  accessRule,
  64,
  'Which namespaces may use this server, and for what. When absent: its own namespace, everything. SyncUser and the deletion of a SyncWorkspace never cross namespaces unless kinds names them.',
);
