import {
  appName,
  type Gate,
  type Outcome,
  type Problem,
  parseDurationMs,
  parseShare,
  type RolloutRequest,
  rolloutRequest,
  type WaveSize,
} from '@wherry/protocol';

/** The form as it is typed. Quantities are texts with their units, as in `wherry.yaml`; an empty gate field leaves the default. */
export interface RolloutDraft {
  readonly app: string;
  readonly version: string;
  readonly selector: string;
  /** "5" is five devices, "10%" a tenth. */
  readonly waves: readonly string[];
  readonly gate: Readonly<Record<keyof Gate, string>>;
  readonly maxInFlight: string;
  readonly deadline: string;
  readonly soak: string;
  readonly config: Readonly<Record<string, string>>;
  readonly rollback: boolean;
}

export const EMPTY_DRAFT: RolloutDraft = {
  app: '',
  version: '',
  selector: '',
  waves: ['1', '10%', '100%'],
  gate: { minSuccess: '', maxFailures: '', maxFailureRate: '', minSample: '' },
  maxInFlight: '100',
  deadline: '15m',
  soak: '2m',
  config: {},
  rollback: false,
};

export type DraftField = 'release' | 'maxInFlight' | 'deadline' | 'soak' | 'other' | `wave${number}` | keyof Gate;
export type DraftFaults = ReadonlyMap<DraftField, string>;

/** Reads the form: a request, or what is wrong by field. */
export function readDraft(draft: RolloutDraft): {
  readonly request: RolloutRequest | null;
  readonly faults: DraftFaults;
} {
  const faults = new Map<DraftField, string>();
  const read = <T>(field: DraftField, outcome: Outcome<T>): T | undefined => {
    if (outcome.ok) return outcome.value;
    faults.set(field, outcome.problems[0]?.message ?? 'cannot be read');
    return undefined;
  };
  const optional = <T>(field: keyof Gate, parse: (text: string) => Outcome<T>): T | undefined =>
    draft.gate[field].trim() === '' ? undefined : read(field, parse(draft.gate[field].trim()));

  if (!appName.safeParse(draft.app).success || draft.version === '') faults.set('release', 'Choose a release.');
  const gate = {
    minSuccess: optional('minSuccess', parseShare),
    maxFailures: optional('maxFailures', (text) => readWhole(text, 0)),
    maxFailureRate: optional('maxFailureRate', parseShare),
    minSample: optional('minSample', (text) => readWhole(text, 1)),
  };
  const fields = {
    app: draft.app,
    version: draft.version,
    selector: draft.selector.trim(),
    waves: draft.waves.map((text, index) => ({ size: read(`wave${index}`, readWaveSize(text)) })),
    gate: Object.fromEntries(Object.entries(gate).filter(([, value]) => value !== undefined)),
    maxInFlight: read('maxInFlight', readWhole(draft.maxInFlight, 1)),
    deadlineMs: read('deadline', parseDurationMs(draft.deadline.trim())),
    soakMs: read('soak', parseDurationMs(draft.soak.trim())),
    config: Object.fromEntries(Object.entries(draft.config).filter(([, value]) => value !== '')),
    rollback: draft.rollback,
  };
  if (faults.size > 0) return { request: null, faults };
  const parsed = rolloutRequest.safeParse(fields);
  if (parsed.success) return { request: parsed.data, faults };
  for (const issue of parsed.error.issues) faults.set(fieldOf(issue.path), issue.message);
  return { request: null, faults };
}

export function readWaveSize(text: string): Outcome<WaveSize> {
  const trimmed = text.trim();
  if (!trimmed.endsWith('%')) {
    const count = readWhole(trimmed, 1);
    return count.ok ? { ok: true, value: { count: count.value } } : fault('write a number like 5, or a share like 10%');
  }
  const share = parseShare(trimmed);
  if (!share.ok) return share;
  if (share.value <= 0 || share.value > 1) return fault('a share is above 0 % and at most 100 %');
  return { ok: true, value: { share: share.value } };
}

function readWhole(text: string, least: number): Outcome<number> {
  if (!/^\d{1,6}$/.test(text.trim()) || Number(text) < least) return fault(`write a whole number, at least ${least}`);
  return { ok: true, value: Number(text) };
}

function fault(message: string): { readonly ok: false; readonly problems: readonly Problem[] } {
  return { ok: false, problems: [{ code: 'invalid_quantity', message }] };
}

const FIELD_BY_PATH: Readonly<Record<string, DraftField>> = {
  app: 'release',
  version: 'release',
  maxInFlight: 'maxInFlight',
  deadlineMs: 'deadline',
  soakMs: 'soak',
};

function fieldOf([head, second]: readonly PropertyKey[]): DraftField {
  if (head === 'waves' && typeof second === 'number') return `wave${second}`;
  if (head === 'gate' && typeof second === 'string' && second in EMPTY_DRAFT.gate) return second as keyof Gate;
  return FIELD_BY_PATH[String(head)] ?? 'other';
}
