/** What the operator does where an operation is missing: docs/guides/undocumented.md says why. */
const CONSEQUENCES: Readonly<Record<string, string>> = {
  'jobs.get':
    'jobs are read off their list; a change of a job is refused (Unsupported) unless spec.wire.facts.putStyle.job is merge',
  'jobs.status': 'the state of runs is read from the history of the job',
  'transformations.status': 'the state of runs is read from the history of the transformation',
  'pipelines.status': 'the state of runs is read from the history of the pipeline',
  'jobs.history': 'the last run is told by the status of the job alone; runs whose end is not seen end as Unknown',
  'jobs.tasks.list': 'a SyncJob with spec.tasks is Stalled (Unsupported), unless tasks come inside their job',
  'transformations.tasks.list':
    'a SyncTransformation with spec.tasks is Stalled (Unsupported), unless tasks come inside it',
  'pipelines.steps.list': 'a SyncPipeline with spec.steps is Stalled (Unsupported), unless steps come inside it',
  'jobs.tasks.lastRun': 'status.taskRuns of a SyncJob stays empty',
  'connections.tables': 'spec.verifyTables cannot be checked: the condition TablesVerified says so',
  'connections.columns': 'kubectl sync columns does not work',
  'connections.logs.list': 'kubectl sync logs does not work',
};

/** One line about what follows when an operation is missing; `usedBy`: who calls it. */
export function consequenceOf(operation: string, usedBy: string): string {
  return CONSEQUENCES[operation] ?? `what needs it degrades or is Unsupported: ${usedBy}`;
}
