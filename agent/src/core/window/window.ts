import type { ActivationWindow } from '@wherry/protocol';
import type { ZoneOffsets } from './calendar.ts';
import { cronFields } from './cron-days.ts';
import { HORIZON_DAYS, localDay, ticksOn } from './ticks.ts';

/**
 * Is an activation window open at an instant, and if not, when does it open? A pure function of the wall clock, so that a restart or a
 * clock that was set needs no special way: whoever waits asks again.
 *
 * A window opens at each tick of its cron expression (ticks.ts), and stays open for `durationMs` of real time.
 */
export type WindowState =
  | { readonly isOpen: true; readonly closesAtMs: number }
  /** Null: never, such as on 30 February. */
  | { readonly isOpen: false; readonly opensAtMs: number | null };

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
