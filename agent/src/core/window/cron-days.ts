import type { CivilDay } from './calendar.ts';

/**
 * A cron expression of five fields as sets. Its syntax was checked at the edge (protocol `checkCron`). As with Vixie cron, day of month
 * and day of week are alternatives when both are restricted.
 */
export interface CronFields {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly isEveryHour: boolean;
  readonly isDay: (day: CivilDay) => boolean;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

export function cronFields(cron: string): CronFields {
  const [minute = '*', hour = '*', dayOfMonth = '*', month = '*', dayOfWeek = '*'] = cron.trim().split(/\s+/);
  const days = new Set(valuesOf(dayOfMonth, 1, 31, []));
  const months = new Set(valuesOf(month, 1, 12, MONTHS));
  const weekdays = new Set(valuesOf(dayOfWeek, 0, 7, DAYS).map((day) => day % 7));
  const isEither = !dayOfMonth.startsWith('*') && !dayOfWeek.startsWith('*');
  const hours = valuesOf(hour, 0, 23, []);
  return {
    minutes: valuesOf(minute, 0, 59, []),
    hours,
    isEveryHour: hours.length === 24,
    isDay(day) {
      if (!months.has(day.month)) return false;
      const [isDay, isWeekday] = [days.has(day.day), weekdays.has(day.weekday)];
      return isEither ? isDay || isWeekday : isDay && isWeekday;
    },
  };
}

/** Sorted, each once. */
export function valuesOf(field: string, min: number, max: number, names: readonly string[]): number[] {
  const values = new Set<number>();
  for (const item of field.split(',')) {
    const [range = '*', step] = item.split('/');
    const [from = '*', to] = range.split('-');
    const low = from === '*' ? min : numberOf(from, min, names);
    // `5/15` means from 5 on; `5` means 5.
    const open = from === '*' || step !== undefined ? max : low;
    const high = to === undefined ? open : numberOf(to, min, names);
    for (let value = low; value <= high; value += Number(step ?? 1)) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

function numberOf(text: string, min: number, names: readonly string[]): number {
  const named = names.indexOf(text.toLowerCase());
  return named >= 0 ? named + min : Number(text);
}
