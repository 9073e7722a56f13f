/** Who may use a SyncServer, and how far: `spec.access` (design §4, "Access"). Pure. */
export interface AccessRule {
  namespaces: NamespaceChoice;
  /** Ids or names; empty or absent: all. */
  workspaces?: readonly string[];
  /** Resource kinds; empty or absent: all but those that have to be named. */
  kinds?: readonly string[];
  /** How far. Absent: Delete in the server's own namespace, Retain elsewhere. */
  maxPolicy?: MaxPolicy;
}

export interface NamespaceChoice {
  from: 'Same' | 'Names' | 'Selector' | 'All';
  names?: readonly string[];
  selector?: LabelSelector;
}

export interface LabelSelector {
  matchLabels?: Readonly<Record<string, string>>;
  matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[];
}

/** Observe: reads only. Retain: creates and changes. Delete: removes too. */
export type MaxPolicy = (typeof order)[number];
const order = ['Observe', 'Retain', 'Delete'] as const;

/** What asks for access. */
export interface Applicant {
  serverNamespace: string;
  namespace: string;
  /** The labels of `namespace`; absent when the operator may not read namespaces. */
  namespaceLabels?: Readonly<Record<string, string>>;
  kind: string;
  /** The workspace that it is about; absent for what lies above workspaces. */
  workspaceId?: string;
  workspaceName?: string;
}

export interface Grant {
  allowed: boolean;
  /** Means nothing when access is denied. */
  maxPolicy: MaxPolicy;
  /** One sentence for a condition; names no object outside the applicant's namespace. */
  reason: string;
}

/**
 * The most generous grant of all rules that fit. Without a rule `from: Same`, the server's own namespace may do everything.
 * From other namespaces a SyncUser, and the deletion of a SyncWorkspace, need a rule that names the kind.
 */
export function grant(rules: readonly AccessRule[] | undefined, applicant: Applicant): Grant {
  const own = applicant.namespace === applicant.serverNamespace;
  if (own && !rules?.some((rule) => rule.namespaces.from === 'Same')) {
    return { allowed: true, maxPolicy: 'Delete', reason: 'the server is in the same namespace' };
  }
  let best: Grant | undefined;
  for (const [index, rule] of (rules ?? []).entries()) {
    if (!fits(rule, applicant, own)) continue;
    const maxPolicy = mostOf(rule, applicant, own);
    if (best && order.indexOf(maxPolicy) <= order.indexOf(best.maxPolicy)) continue;
    best = { allowed: true, maxPolicy, reason: `granted by spec.access[${index}] of the server, at most ${maxPolicy}` };
  }
  return best ?? { allowed: false, maxPolicy: 'Observe', reason: refusal(rules, applicant, own) };
}

function fits(rule: AccessRule, applicant: Applicant, own: boolean): boolean {
  return (
    fitsNamespace(rule.namespaces, applicant, own) &&
    fitsKind(rule, applicant.kind, own) &&
    fitsWorkspace(rule, applicant)
  );
}

function fitsNamespace(choice: NamespaceChoice, { namespace, namespaceLabels }: Applicant, own: boolean): boolean {
  switch (choice.from) {
    case 'Same':
      return own;
    case 'All':
      return true;
    case 'Names':
      return choice.names?.includes(namespace) ?? false;
    case 'Selector':
      return (
        namespaceLabels !== undefined && choice.selector !== undefined && selects(choice.selector, namespaceLabels)
      );
    default:
      return false;
  }
}

function fitsKind({ kinds }: AccessRule, kind: string, own: boolean): boolean {
  if (!kinds || kinds.length === 0) return own || kind !== 'SyncUser';
  return kinds.includes(kind);
}

function fitsWorkspace({ workspaces }: AccessRule, { workspaceId, workspaceName }: Applicant): boolean {
  if (!workspaces || workspaces.length === 0) return true;
  return [workspaceId, workspaceName].some((id) => id !== undefined && workspaces.includes(id));
}

function mostOf(rule: AccessRule, { kind }: Applicant, own: boolean): MaxPolicy {
  const most = rule.maxPolicy ?? (own ? 'Delete' : 'Retain');
  const unnamed = kind === 'SyncWorkspace' && !rule.kinds?.includes(kind);
  return most === 'Delete' && !own && unnamed ? 'Retain' : most;
}

/** Kubernetes label selection; an operator that is not known selects nothing. */
function selects(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  const has = (key: string) => Object.hasOwn(labels, key);
  const plain = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => has(key) && labels[key] === value);
  return (
    plain &&
    (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      if (operator === 'Exists') return has(key);
      if (operator === 'DoesNotExist') return !has(key);
      if (operator === 'In') return has(key) && values.includes(labels[key]!);
      return operator === 'NotIn' && !(has(key) && values.includes(labels[key]!));
    })
  );
}

function refusal(rules: readonly AccessRule[] | undefined, applicant: Applicant, own: boolean): string {
  const { namespace, kind, namespaceLabels, workspaceId, workspaceName } = applicant;
  const open = (rules ?? []).filter((rule) => fitsNamespace(rule.namespaces, applicant, own));
  if (open.some((rule) => fitsWorkspace(rule, applicant))) {
    return `spec.access of the server does not grant ${kind} to namespace ${namespace}; a rule has to name it in kinds`;
  }
  if (open.length > 0 && workspaceId === undefined && workspaceName === undefined) {
    return `spec.access of the server does not grant ${kind} outside of workspaces to namespace ${namespace}; a rule without workspaces has to name it in kinds`;
  }
  if (open.length > 0) return `spec.access of the server does not grant this workspace to namespace ${namespace}`;
  const blind = namespaceLabels === undefined && rules?.some((rule) => rule.namespaces.from === 'Selector');
  const hint = blind ? '; its Selector rules need the operator to be allowed to read namespaces' : '';
  return `spec.access of the server grants nothing to namespace ${namespace}${hint}`;
}
