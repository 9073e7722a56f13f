/** A command line that a person would type, behind `kubectl sync -n NAMESPACE`, and what comes of it. `-N` is another number each time. */
export interface Line {
  line: string;
  code?: number;
  /** Somewhere on standard output; on a terminal somewhere on the screen. */
  out?: RegExp;
  err?: RegExp;
}

/** At least one for each command; a test holds that. They are carried out in this order, on what examples/basic makes. */
export const LINES: readonly Line[] = [
  { line: 'status', out: /● server\/main .*\n└─ ● workspace\/analytics/ },
  { line: 'plan', out: /No changes: \d+ unchanged\.\n/ },
  { line: 'plan --direct', out: /No changes: \d+ unchanged\.\n/ },
  { line: 'plan -f examples/basic/4-job.yaml', out: /No changes: 1 unchanged\.\n/ },
  { line: 'approve job/crm-nightly', code: 1 },
  { line: 'run job/crm-nightly --name once-N --wait', out: /run\/once-N {2}RunSucceeded/ },
  { line: 'follow run/once-N', out: /run\/once-N {2}RunSucceeded/ },
  {
    line: 'cancel run/once-N',
    code: 1,
    err: /^error: run\/once-N has ended already: run \S+ of SyncJob .* succeeded.*\n$/,
  },
  { line: 'history job/crm-nightly', out: /^STARTED .*\n.*Succeeded.* once-2 .*\n.*Succeeded.* once-1 / },
  { line: 'tables connection/crm', out: /^TABLE +SCHEMA +TYPE\nAccounts +dbo/ },
  { line: 'columns connection/crm Accounts --search name', out: /^COLUMN .*\nName +VARCHAR/ },
  { line: 'test connection/crm', out: /connection\/crm works/ },
  { line: 'doctor server/main', out: /jobs\.get +found +GET \/jobs\/\{job_id\}/ },
  { line: 'logs connection/crm', out: /^FILE +BYTES +MODIFIED\n/ },
  {
    line: 'token server/main --secret new-token-N --yes',
    out: /a new token is in Secret \S+\/new-token-N, key token\n/,
  },
  {
    line: 'export server/main',
    out: /kind: SyncJob\nmetadata:\n {2}name: crm-nightly\n/,
    err: /objects exported; 3 Secrets to make before you apply/,
  },
  { line: 'suspend job/crm-nightly', out: /job\/crm-nightly (is suspended|was suspended already)\n/ },
  { line: 'resume job/crm-nightly', out: /job\/crm-nightly (is not suspended|was not suspended already)\n/ },
  { line: 'reconcile sjob crm-nightly', out: /job\/crm-nightly asked to be looked at again\n/ },
  { line: 'reset-metadata connection/crm', out: /connection\/crm asked to read its metadata anew\n/ },
  { line: 'reset-credentials connection/crm', out: /connection\/crm asked to forget its sign-in\n/ },
  { line: 'completion bash', out: /complete -F _kubectl_sync kubectl-sync\n/ },
];

/** What goes wrong, each in one clear line. */
export const ERRORS: readonly Line[] = [
  {
    line: 'status --context nowhere',
    code: 1,
    err: /^error: no cluster: the kubeconfig has no context "nowhere"; .*\n$/,
  },
  { line: 'reconcile job/none', code: 1, err: /^error: there is no SyncJob none in namespace \S+\n$/ },
  {
    line: 'plan -f test/cli/plugin/broken.yaml',
    code: 1,
    err: /^error: test\/cli\/plugin\/broken\.yaml:11: spec\.optoins: there is no such field\n$/,
  },
  { line: 'run job/none', code: 1, err: /^error: there is no SyncJob none in namespace \S+\n$/ },
  { line: 'columns connection/crm Acounts', code: 1, err: /^error: there is no table Acounts; is it Accounts\?\n$/ },
  { line: 'token server/main', code: 1, err: /^error: say where it goes: --secret NAME, or --show to print it\n$/ },
  { line: 'supend job/none', code: 1, err: /^error: there is no command "supend"; is it suspend\?.*\n$/ },
];
