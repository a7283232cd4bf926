import type { ActivationWindow } from '@wherry/protocol';
import { civilDay, DAY_MS, instantsOf, MINUTE_MS, offsetMs, type ZoneOffsets } from './calendar.ts';
import { type CronFields, cronFields } from './cron-days.ts';

/**
 * Is an activation window open at an instant, and if not, when does it open? A pure function of the wall clock, so that a restart or a
 * clock that was set needs no special way: whoever waits asks again.
 *
 * A window opens at each tick of its cron expression, by the clock on the wall, and stays open for `durationMs` of real time. A tick in
 * an hour that is skipped opens it when clocks are set forward. A tick in an hour that comes twice opens it at the first; at both
 * when the expression names every hour.
 */
export type WindowState =
  | { readonly isOpen: true; readonly closesAtMs: number }
  /** Null: never, such as on 30 February. */
  | { readonly isOpen: false; readonly opensAtMs: number | null };

/** 29 February comes again after eight years at the latest. */
const HORIZON_DAYS = 8 * 366;

export function windowAt(window: ActivationWindow, nowMs: number, zone: ZoneOffsets): WindowState {
  const fields = cronFields(window.cron);
  const today = localDay(nowMs, zone);
  const firstDay = localDay(nowMs - window.durationMs, zone);
  for (let day = today; day >= firstDay; day -= 1) {
    const ticks = ticksOn(day, fields, zone).filter((tick) => tick <= nowMs);
    const latest = ticks.at(-1);
    if (latest === undefined) continue;
    if (latest + window.durationMs > nowMs) return { isOpen: true, closesAtMs: latest + window.durationMs };
    break;
  }
  for (let day = today; day <= today + HORIZON_DAYS; day += 1) {
    const next = ticksOn(day, fields, zone).find((tick) => tick > nowMs);
    if (next !== undefined) return { isOpen: false, opensAtMs: next };
  }
  return { isOpen: false, opensAtMs: null };
}

function localDay(atMs: number, zone: ZoneOffsets): number {
  return Math.floor((atMs + offsetMs(atMs, zone)) / DAY_MS);
}

/** Instants of all ticks of a local day, in order. */
function ticksOn(day: number, { minutes, hours, isEveryHour, isDay }: CronFields, zone: ZoneOffsets): number[] {
  if (!isDay(civilDay(day))) return [];
  const ticks = hours.flatMap((hour) =>
    minutes.flatMap((minute) => {
      const instants = instantsOf(day * DAY_MS + (hour * 60 + minute) * MINUTE_MS, zone);
      return isEveryHour ? instants : instants.slice(0, 1);
    }),
  );
  return ticks.sort((a, b) => a - b);
}
