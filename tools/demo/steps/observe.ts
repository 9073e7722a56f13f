import type { Step } from '../step.ts';

const SHOWN = [/^cdata_sync_\w+(\{[^}]*\})? /, /^controller_runtime_reconcile_total\{/, /^workqueue_depth/];
const KINDS = ['SyncServer', 'SyncWorkspace', 'SyncConnection', 'SyncJob', 'Event'];

export const observe: Step = {
  title: 'Metrics, events, and no secret anywhere',
  async run({ print, cluster, operator, secrets, prove }) {
    const metrics = await operator.metrics();
    const lines = metrics.split('\n').filter((line) => SHOWN.some((pattern) => pattern.test(line)));
    const buckets = /_(bucket|sum)\{|_bucket /;
    print.quote(lines.filter((line) => !buckets.test(line) && !line.endsWith(' 0')).slice(0, 24));
    prove('/metrics tells of Sync and of the controller', lines.length > 5);
    const events = (await cluster.list('Event')).map(({ reason, involvedObject, regarding, message, note }) => {
      const about = involvedObject ?? regarding;
      return `${reason} ${about.kind}/${about.name}: ${message ?? note ?? ''}`.slice(0, 110);
    });
    print.quote(events.slice(-8));
    const objects = (await Promise.all(KINDS.map((kind) => cluster.list(kind)))).flat();
    const texts = [metrics, operator.log(), JSON.stringify(objects)];
    const seen = secrets.filter((secret) => texts.some((text) => text.includes(secret)));
    prove(`none of ${secrets.length} secrets is in a log line, a metric, a status or an event`, seen.length === 0);
  },
};
