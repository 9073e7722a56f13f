import { EXPORT as connection } from '../connection/exported.ts';
import { EXPORT as event } from '../event/exported.ts';
import { EXPORT as job } from '../job/exported.ts';
import { EXPORT as pipeline } from '../pipeline/exported.ts';
import { EXPORT as transformation } from '../transformation/exported.ts';
import { EXPORT as user } from '../user/exported.ts';
import { EXPORT as workspace } from '../workspace/exported.ts';
import type { ExportRules } from './rules.ts';

/** Every kind that can be exported, parents before what they hold. */
export const EXPORTS: readonly ExportRules[] = [workspace, connection, job, transformation, pipeline, event, user];
