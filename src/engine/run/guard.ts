import type { Resource } from '../resource.ts';

const VELERO = 'velero.io/restore-name';
const RESTORED = 'sync.cdata.com/restored';
const GROUP = 'sync.cdata.com/';

/**
 * Why a run that has not begun must not: it came back with a backup, or belongs to a resource of another life (design §7.1). A run
 * made again without these marks is a new request. Undefined: nothing speaks against it.
 */
export function restoredMark({ metadata }: Resource, target: Resource | undefined): string | undefined {
  const { labels, annotations, ownerReferences = [] } = metadata;
  if (labels?.[VELERO] !== undefined) return `it was restored from a backup (label ${VELERO})`;
  if (annotations?.[RESTORED] !== undefined) return `it was restored from a backup (annotation ${RESTORED})`;
  const gone = ownerReferences.find((owner) => {
    return owner.apiVersion.startsWith(GROUP) && owner.uid !== target?.metadata.uid;
  });
  if (!gone) return undefined;
  return `its owner ${gone.kind} ${gone.name} with the uid ${gone.uid} is not the one that is there now`;
}
