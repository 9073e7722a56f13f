import { API_VERSION } from '../../api/common.ts';
import type { Resource } from '../../engine/resource.ts';
import { learnedStatus } from '../../kinds/session/learned.ts';
import { routesToSet, type Survey, surveyServer } from '../../sync/survey/survey.ts';
import { type Command, flagOf, OUTPUT } from '../command.ts';
import { asData, asYaml } from '../output.ts';
import { openToRead } from './open.ts';
import { reportOf } from './report.ts';

/** What a server does where the documentation leaves it open. */
export const doctor: Command = {
  name: 'doctor',
  summary: 'Tell how a server answers where the documentation leaves it open, by reading alone',
  args: 'server/NAME',
  description:
    'Only GETs are sent. What reading cannot show is said to be so, unless the controller has learned it.\n' +
    'The report holds no secrets and can be pasted into an issue. With -o yaml it is the SyncServer with spec.routes and spec.wire as they were found, ready to be applied; what its spec says already stays.\n' +
    'With --url and --token-file it needs no cluster.',
  flags: {
    url: { value: 'URL', help: 'a server that no SyncServer stands for' },
    'token-file': { value: 'FILE', help: 'of --url: the file that holds the token' },
    'api-path': { value: 'PATH', help: 'of --url: where the API is (/api.rsc/v2)' },
    output: OUTPUT,
  },
  examples: [
    { text: 'a report to paste', line: 'kubectl sync doctor server/prod' },
    {
      text: 'what was found, into the SyncServer',
      line: 'kubectl sync doctor server/prod -o yaml | kubectl apply -f -',
    },
    { text: 'without a cluster', line: 'kubectl sync doctor --url https://sync.example.com --token-file token' },
  ],
  needs: ['get syncservers, secrets'],
  completes: 'server',
  async run(context, given) {
    const { client, server } = await openToRead(context, given);
    try {
      const survey = await surveyServer(client);
      const found = foundIn(survey);
      context.terminal.out(
        flagOf(given, 'output') === 'yaml'
          ? asYaml(manifestOf(survey, found, server))
          : (asData(given, { ...survey, spec: found }) ?? reportOf(context.terminal, survey)),
      );
      return 0;
    } finally {
      client.close();
    }
  },
};

type Found = ReturnType<typeof foundIn>;

/** What was found in the form of a spec. */
function foundIn(survey: Survey) {
  const routes = routesToSet(survey);
  const facts = learnedStatus(survey.learned)?.facts;
  return { ...(routes.length > 0 && { routes }), ...(facts && { wire: { facts } }) };
}

/** The SyncServer with what was found; what its spec says already comes first. */
function manifestOf({ url, apiPath }: Survey, found: Found, server: Resource | undefined): object {
  const { name, namespace } = server?.metadata ?? { name: 'main', namespace: undefined };
  const spec = (server?.spec ?? { url, apiPath, auth: { tokenSecretRef: { name: 'sync-token' } } }) as SpecParts;
  const said = new Set(spec.routes?.map(({ operation }) => operation));
  const routes = [...(spec.routes ?? []), ...(found.routes ?? []).filter(({ operation }) => !said.has(operation))];
  const facts = { ...found.wire?.facts, ...spec.wire?.facts };
  return {
    apiVersion: API_VERSION,
    kind: 'SyncServer',
    metadata: { name, ...(namespace !== undefined && { namespace }) },
    spec: {
      ...spec,
      ...(routes.length > 0 && { routes }),
      ...((spec.wire || Object.keys(facts).length > 0) && { wire: { ...spec.wire, facts } }),
    },
  };
}

interface SpecParts {
  routes?: { operation: string }[];
  wire?: { facts?: object };
}
