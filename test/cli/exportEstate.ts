import type { World } from '../support/world.ts';

export const EXPORT_SECRETS = {
  password: 'canary-Pa55/word+1',
  token: 'canary-api-token/2',
  inline: 'canary-in-a-text-3',
  user: 'canary-User+9/pa55',
} as const;

/** A server that people have filled by hand: every kind, every kind of field, names that Kubernetes does not allow, and another workspace. */
export function populate({ simulator: { console, state, catchUp } }: Pick<World, 'simulator'>): void {
  const crm = console.createConnection({
    name: 'CRM (Prod)',
    connector: 'Salesforce',
    labels: ['sales', 'prod'],
    properties: { User: 'sync@example.com', Password: EXPORT_SECRETS.password, 'API Token': EXPORT_SECRETS.token },
  });
  const warehouse = console.createConnection({
    name: 'Warehouse',
    connector: 'PostgreSQL',
    properties: { Server: 'db.example.com', Database: 'lake', Other: `Pwd=${EXPORT_SECRETS.inline};Timeout=60` },
    'settings.logfile_verbosity': 'Verbose',
  });
  const job = console.createJob(
    {
      name: 'Nightly',
      type: 'Standard',
      source_connection: crm.id,
      destination_connection: warehouse.id,
      'schedule.enabled': true,
      'schedule.cron': '0 0 2 1 6 *',
      'alerts.send_email': true,
      'alerts.email_to': 'team@example.com',
      batch_size: 500,
      destination_schema: 'crm',
      other_cache_options: 'Mode=fast',
    },
    [{ table: 'Accounts' }, { table: 'Contacts' }, { query: 'REPLICATE [Orders] SELECT [Id] FROM [Orders]' }],
  );
  const empty = console.createJob({
    name: 'nightly',
    type: 'SyncAll',
    source_connection: crm.id,
    destination_connection: warehouse.id,
  });
  const daily = console.createTransformation(
    {
      name: 'Daily totals',
      type: 'SQL',
      destination_connection: warehouse.id,
      'trigger.type': 'AfterJob',
      'trigger.after_job': job.id,
      'trigger.after_job_tasks': [job.children[0]!.id],
      'alerts.email_to': 'team@example.com',
      automatic_job_retry: true,
      threads: 4,
    },
    [{ query: 'DELETE FROM totals' }, { query: 'INSERT INTO totals\n  SELECT * FROM orders' }],
  );
  const morning = console.createPipeline(
    { name: 'Morning', 'schedule.enabled': true, 'schedule.cron': '0 0 6 1 6 *', labels: ['early'] },
    [{ reference: job.id }],
  );
  const notify = console.createEvent(morning.id, { name: 'Notify!', script: '<api:script>\n  done\n</api:script>' });
  console.addTask(morning.id, { reference: notify.id });
  console.addTask(morning.id, { reference: daily.id });
  console.addTask(morning.id, { reference: empty.id });
  console.createUser({
    user: 'jane@example.com',
    email_address: 'jane@example.com',
    password: EXPORT_SECRETS.user,
    roles: ['cdata_support'],
  });
  const other = console.createWorkspace('Team Ü');
  console.createConnection(
    { name: 'CRM (Prod)', connector: 'Salesforce', properties: { User: 'team@example.com' } },
    other.id,
  );
  if (state.workspaces.size < 2) throw new Error('the estate has two workspaces');
  catchUp();
}
