import {
  formatDurationMs,
  formatShare,
  type OperationInput,
  type Outcome,
  parseDurationMs,
  parseShare,
  setTenantSettings,
  type TenantSettings,
} from '@wherry/protocol';

/** The rules of a tenant as they are typed; empty asks for none. */
export interface RuleFields {
  readonly aboveShare: string;
  readonly keptFor: string;
}

export type RuleChange = OperationInput<typeof setTenantSettings>['body'];
type Faults = ReadonlyMap<keyof RuleFields, string>;

export function ruleFieldsOf({ approvals: { aboveShare }, audit: { keptMs } }: TenantSettings): RuleFields {
  return {
    aboveShare: aboveShare === null ? '' : formatShare(aboveShare),
    keptFor: keptMs === null ? '' : formatDurationMs(keptMs),
  };
}

/** What of it is another than before, and nothing else; null while something cannot be read. */
export function readRules(
  typed: RuleFields,
  before: RuleFields,
): { readonly change: RuleChange | null; readonly faults: Faults } {
  const faults = new Map<keyof RuleFields, string>();
  const read = (field: keyof RuleFields, parse: (text: string) => Outcome<number>): number | null => {
    const text = typed[field].trim();
    if (text === '') return null;
    const outcome = parse(text);
    if (outcome.ok) return outcome.value;
    faults.set(field, outcome.problems[0]?.message ?? 'cannot be read');
    return null;
  };
  const isChanged = (field: keyof RuleFields) => typed[field].trim() !== before[field];
  const change = {
    ...(isChanged('aboveShare') ? { approvals: { aboveShare: read('aboveShare', parseShare) } } : {}),
    ...(isChanged('keptFor') ? { audit: { keptMs: read('keptFor', parseDurationMs) } } : {}),
  };
  if (faults.size > 0) return { change: null, faults };
  const parsed = setTenantSettings.body.safeParse(change);
  if (parsed.success) return { change, faults };
  for (const { path } of parsed.error.issues)
    if (path[0] === 'approvals') faults.set('aboveShare', 'write a share of at most 100%, like 20%');
    else faults.set('keptFor', 'write a duration from 7d to 36600d, like 400d');
  return { change: null, faults };
}

/** Whether entries that are kept now would be given up. */
export function givesUpEntries(change: RuleChange, before: TenantSettings): boolean {
  const keptMs = change.audit?.keptMs ?? null;
  return keptMs !== null && keptMs < (before.audit.keptMs ?? Number.POSITIVE_INFINITY);
}
