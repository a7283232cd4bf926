/**
 * A calendar without a clock: days since 1970-01-01 to a date and back (Gregorian, Howard Hinnant's `civil_from_days`), and local
 * time by the offsets of one zone.
 */
export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

export interface CivilDay {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

/** When a zone is how far ahead of UTC. Spans in order of time; the first one holds for all that is before it. */
export interface ZoneOffsets {
  readonly spans: readonly { readonly fromMs: number; readonly offsetMs: number }[];
}

export const UTC: ZoneOffsets = { spans: [{ fromMs: 0, offsetMs: 0 }] };

export function civilDay(daysSinceEpoch: number): CivilDay {
  const shifted = daysSinceEpoch + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
    weekday: (((daysSinceEpoch + 4) % 7) + 7) % 7,
  };
}

export function offsetMs(atMs: number, { spans }: ZoneOffsets): number {
  let found = spans[0]?.offsetMs ?? 0;
  for (const span of spans) if (span.fromMs <= atMs) found = span.offsetMs;
  return found;
}

/**
 * The instants at which a clock on the wall shows `localMs` (ms since epoch as if it were UTC), in order: two where clocks are set
 * back. Where they are set forward over it there is none, and the answer is the instant at which they are.
 */
export function instantsOf(localMs: number, zone: ZoneOffsets): readonly number[] {
  const instants: number[] = [];
  let gapMs: number | null = null;
  for (const [at, { fromMs, offsetMs: offset }] of zone.spans.entries()) {
    const endMs = zone.spans[at + 1]?.fromMs ?? Number.POSITIVE_INFINITY;
    const beginMs = at === 0 ? Number.NEGATIVE_INFINITY : fromMs;
    const instant = localMs - offset;
    if (instant >= beginMs && instant < endMs) instants.push(instant);
    const before = zone.spans[at - 1];
    if (before !== undefined && localMs - before.offsetMs >= fromMs && instant < fromMs) gapMs = fromMs;
  }
  if (instants.length === 0 && gapMs !== null) return [gapMs];
  return instants.sort((a, b) => a - b);
}

/** `2026-11-22 02:00 +01:00`. */
export function sayInstant(atMs: number, zone: ZoneOffsets): string {
  const offset = offsetMs(atMs, zone);
  const localMs = atMs + offset;
  const { year, month, day } = civilDay(Math.floor(localMs / DAY_MS));
  const minutes = Math.floor((localMs - Math.floor(localMs / DAY_MS) * DAY_MS) / MINUTE_MS);
  const date = `${year}-${two(month)}-${two(day)}`;
  return `${date} ${clockOf(minutes)} ${offset < 0 ? '-' : '+'}${clockOf(Math.abs(offset) / MINUTE_MS)}`;
}

/** `2026-11`, by UTC: what a monthly budget is counted under. */
export function monthOf(atMs: number): string {
  const { year, month } = civilDay(Math.floor(atMs / DAY_MS));
  return `${year}-${two(month)}`;
}

/** The first instant of the month after, by UTC. */
export function nextMonthMs(atMs: number): number {
  const today = Math.floor(atMs / DAY_MS);
  for (let next = today + 1; ; next += 1) if (civilDay(next).day === 1) return next * DAY_MS;
}

function clockOf(minutes: number): string {
  return `${two(Math.floor(minutes / 60))}:${two(Math.floor(minutes % 60))}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
