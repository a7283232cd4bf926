import {
  appName,
  type Gate,
  type Outcome,
  parseDurationMs,
  parseSelector,
  parseShare,
  type RolloutRequest,
  rolloutRequest,
} from '@wherry/protocol';
import { type DraftFaults, type DraftField, type DraftWave, EMPTY_DRAFT, type RolloutDraft } from './draft.ts';
import { readMore } from './read-more.ts';
import { readWaveSize, readWhole } from './read-sizes.ts';

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
    waves: draft.waves.map((wave, index) => readWave(wave, index, read)),
    gate: Object.fromEntries(Object.entries(gate).filter(([, value]) => value !== undefined)),
    maxInFlight: read('maxInFlight', readWhole(draft.maxInFlight, 1)),
    deadlineMs: read('deadline', parseDurationMs(draft.deadline.trim())),
    soakMs: read('soak', parseDurationMs(draft.soak.trim())),
    config: Object.fromEntries(Object.entries(draft.config).filter(([, value]) => value !== '')),
    rollback: draft.rollback,
    ...readMore(draft.more, read),
  };
  if (faults.size > 0) return { request: null, faults };
  const parsed = rolloutRequest.safeParse(fields);
  if (parsed.success) return { request: parsed.data, faults };
  for (const issue of parsed.error.issues) faults.set(fieldOf(issue.path), issue.message);
  return { request: null, faults };
}

type Read = <T>(field: DraftField, outcome: Outcome<T>) => T | undefined;

function readWave({ size, takes, approval }: DraftWave, index: number, read: Read) {
  const selector = takes.trim();
  if (selector !== '') read(`takes${index}`, parseSelector(selector));
  return {
    size: read(`wave${index}`, readWaveSize(size)),
    ...(selector === '' ? {} : { selector }),
    ...(approval ? { approval } : {}),
  };
}

const FIELD_BY_PATH: Readonly<Record<string, DraftField>> = {
  app: 'release',
  version: 'release',
  maxInFlight: 'maxInFlight',
  deadlineMs: 'deadline',
  soakMs: 'soak',
  startAtMs: 'startAt',
  'pace.devicesPerMinute': 'pace',
  'pace.growth': 'growth',
  'window.cron': 'windowCron',
  'window.durationMs': 'windowLength',
  window: 'windowZone',
  'watch.offlineAfterMs': 'offlineAfter',
  'watch.memoryFactor': 'memoryFactor',
  'watch.cpuFactor': 'cpuFactor',
};

function fieldOf([head, second]: readonly PropertyKey[]): DraftField {
  if (head === 'waves' && typeof second === 'number') return `wave${second}`;
  if (head === 'gate' && typeof second === 'string' && second in EMPTY_DRAFT.gate) return second as keyof Gate;
  return FIELD_BY_PATH[`${String(head)}.${String(second)}`] ?? FIELD_BY_PATH[String(head)] ?? 'other';
}
