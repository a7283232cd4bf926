import { civilDay, DAY_MS, instantsOf, MINUTE_MS, offsetMs, type ZoneOffsets } from './calendar.ts';
import { type CronFields, cronFields, valuesOf } from './cron-days.ts';

/**
 * The ticks of a cron expression by the clock on the wall. A tick in an hour that is skipped comes when clocks are set forward; one in an
 * hour that comes twice comes at the first, and at both when the expression names every hour.
 */

/** 29 February comes again after eight years at the latest. */
export const HORIZON_DAYS = 8 * 366;

export function localDay(atMs: number, zone: ZoneOffsets): number {
  return Math.floor((atMs + offsetMs(atMs, zone)) / DAY_MS);
}

/** Instants of all ticks of a local day, in order, to the minute. */
export function ticksOn(
  day: number,
  { minutes, hours, isEveryHour, isDay }: CronFields,
  zone: ZoneOffsets,
): readonly number[] {
  if (!isDay(civilDay(day))) return [];
  const ticks = hours.flatMap((hour) =>
    minutes.flatMap((minute) => {
      const instants = instantsOf(day * DAY_MS + (hour * 60 + minute) * MINUTE_MS, zone);
      return isEveryHour ? instants : instants.slice(0, 1);
    }),
  );
  return ticks.sort((a, b) => a - b);
}

/** Answers with the first tick after an instant; null: there is none. */
export type NextTick = (afterMs: number, zone: ZoneOffsets) => number | null;

/** For five fields, or six with seconds in front. It remembers the day that it looked at last, which is asked for again and again. */
export function nextTickOf(cron: string): NextTick {
  const parts = cron.trim().split(/\s+/);
  const seconds = parts.length === 6 ? valuesOf(parts.shift() ?? '*', 0, 59, []) : [0];
  const fields = cronFields(parts.join(' '));
  let seen: { readonly day: number; readonly zone: ZoneOffsets; readonly ticks: readonly number[] } | null = null;

  function ticks(day: number, zone: ZoneOffsets): readonly number[] {
    if (seen?.day !== day || seen.zone !== zone) seen = { day, zone, ticks: ticksOn(day, fields, zone) };
    return seen.ticks;
  }

  return (afterMs, zone) => {
    const today = localDay(afterMs, zone);
    for (let day = today; day <= today + HORIZON_DAYS; day += 1)
      for (const minute of ticks(day, zone)) {
        if (minute + MINUTE_MS <= afterMs) continue;
        const second = seconds.find((value) => minute + value * 1_000 > afterMs);
        if (second !== undefined) return minute + second * 1_000;
      }
    return null;
  };
}
