import { SYNC_EVENT } from '../../api/syncEvent.ts';
import type { ExportRules } from '../export/rules.ts';

export const EXPORT: ExportRules = {
  definition: SYNC_EVENT,
  within: { field: 'pipelineRef', kind: 'SyncPipeline' },
  list: ({ events }, pipelineId) => events.list(pipelineId),
  get: ({ events }, id, pipelineId, options) => events.get(pipelineId, id, options),
};
