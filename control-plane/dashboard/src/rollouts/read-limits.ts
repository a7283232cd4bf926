import {
  formatDurationMs,
  type Outcome,
  parseDurationMs,
  type Rollout,
  type RolloutLimits,
  rolloutLimits,
} from '@wherry/protocol';
import { readAbove } from './read-more.ts';
import { readWhole } from './read-sizes.ts';

/** The limits of a rollout as they are typed; an empty pace is none. */
export interface LimitFields {
  readonly maxInFlight: string;
  readonly deadline: string;
  readonly soak: string;
  readonly pace: string;
  readonly growth: string;
}

type Faults = ReadonlyMap<keyof LimitFields | 'other', string>;

export function limitFieldsOf({ maxInFlight, deadlineMs, soakMs, pace }: Rollout): LimitFields {
  return {
    maxInFlight: String(maxInFlight),
    deadline: formatDurationMs(deadlineMs),
    soak: formatDurationMs(soakMs),
    pace: pace ? String(pace.devicesPerMinute) : '',
    growth: pace?.growth ? String(pace.growth) : '',
  };
}

/** What of it is another than before, and nothing else: two operators who each move one limit do not take back the other's. */
export function readLimits(
  typed: LimitFields,
  before: LimitFields,
): { readonly limits: RolloutLimits | null; readonly faults: Faults } {
  const faults = new Map<keyof LimitFields | 'other', string>();
  const read = <T>(field: keyof LimitFields, outcome: Outcome<T>): T | undefined => {
    if (outcome.ok) return outcome.value;
    faults.set(field, outcome.problems[0]?.message ?? 'cannot be read');
    return undefined;
  };
  const isChanged = (field: keyof LimitFields) => typed[field].trim() !== before[field];
  const changes = {
    ...(isChanged('maxInFlight') ? { maxInFlight: read('maxInFlight', readWhole(typed.maxInFlight, 1)) } : {}),
    ...(isChanged('deadline') ? { deadlineMs: read('deadline', parseDurationMs(typed.deadline.trim())) } : {}),
    ...(isChanged('soak') ? { soakMs: read('soak', parseDurationMs(typed.soak.trim())) } : {}),
    ...(isChanged('pace') || isChanged('growth') ? { pace: readPace(typed, read) } : {}),
  };
  if (faults.size > 0) return { limits: null, faults };
  const parsed = rolloutLimits.safeParse(changes);
  if (parsed.success) return { limits: parsed.data, faults };
  for (const { path, message } of parsed.error.issues) faults.set(FIELD_BY_PATH[String(path[0])] ?? 'other', message);
  return { limits: null, faults };
}

function readPace(
  { pace, growth }: LimitFields,
  read: <T>(field: keyof LimitFields, outcome: Outcome<T>) => T | undefined,
) {
  if (pace.trim() === '') return null;
  const factor = growth.trim() === '' ? undefined : read('growth', readAbove(growth.trim(), 1, true));
  return {
    devicesPerMinute: read('pace', readAbove(pace.trim(), 0)),
    ...(factor === undefined ? {} : { growth: factor }),
  };
}

const FIELD_BY_PATH: Readonly<Record<string, keyof LimitFields>> = {
  maxInFlight: 'maxInFlight',
  deadlineMs: 'deadline',
  soakMs: 'soak',
  pace: 'pace',
};
