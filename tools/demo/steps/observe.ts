import type { Loose } from '../../../test/cluster/types.ts';
import type { Step } from '../step.ts';

const SHOWN = [
  /^cdata_sync_(build_info|objects|drift_corrected_total|job_last_run_(state|records)|runs_|plan_changes_waiting)/,
  /^cdata_sync_api_requests_total\{operation="\w+\.(\w+\.)?(create|add|update|delete)"/,
  /^controller_runtime_reconcile_total\{.*"success"/,
];
const KINDS = ['SyncServer', 'SyncWorkspace', 'SyncConnection', 'SyncJob', 'SyncRun', 'Event'];

export const observe: Step = {
  title: 'Metrics, events, and no secret anywhere',
  async run({ print, cluster, operator, secrets, prove }) {
    const metrics = await operator.metrics();
    const lines = metrics.split('\n').filter((line) => SHOWN.some((pattern) => pattern.test(line)));
    print.quote(lines.filter((line) => !line.endsWith(' 0')));
    const corrected = lines.includes('cdata_sync_drift_corrected_total{kind="SyncJob"} 1');
    prove('/metrics counts what was done, the correction of the job among it', corrected);

    const events = (await cluster.list('Event')).sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1));
    print.quote(events.map(showEvent));
    const objects = (await Promise.all(KINDS.map((kind) => cluster.list(kind)))).flat();
    const texts = [metrics, operator.log(), JSON.stringify(objects)];
    const seen = secrets.filter((secret) => texts.some((text) => text.includes(secret)));
    prove(`none of ${secrets.length} secrets is in a log line, a metric, a status or an event`, seen.length === 0);
  },
};

/** When it was last seen, in whichever of the two APIs of events it was written. */
const timeOf = ({ metadata, lastTimestamp, eventTime }: Loose): string =>
  lastTimestamp ?? eventTime ?? metadata.creationTimestamp;

function showEvent({ reason, involvedObject, message }: Loose): string {
  return `${reason} ${involvedObject.kind}/${involvedObject.name}: ${message}`.slice(0, 120);
}
