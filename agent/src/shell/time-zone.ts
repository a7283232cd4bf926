import { readlinkSync } from 'node:fs';
import { DAY_MS, MINUTE_MS, type ZoneOffsets } from '../core/window/calendar.ts';

/** What the platform knows of time zones, as the plain data that the cores calculate with. */
export interface TimeZones {
  /** Null: this system does not know the zone. Without a name: the device's own. */
  offsets(name: string | undefined, nowMs: number): ZoneOffsets | null;
}

/** A window may have opened a week ago, and opens again within a year; beyond, the last offset known is near enough for a message. */
const BEFORE_DAYS = 9;
const AFTER_DAYS = 400;
const ZONES_KEPT = 16;

export function createTimeZones(own: string = systemTimeZone()): TimeZones {
  const cached = new Map<string, ZoneOffsets>();
  return {
    offsets(name = own, nowMs) {
      const today = Math.floor(nowMs / DAY_MS);
      const key = `${name} ${today}`;
      const known = cached.get(key);
      if (known !== undefined) return known;
      const zone = spansOf(name, today);
      if (cached.size >= ZONES_KEPT) cached.clear();
      if (zone !== null) cached.set(key, zone);
      return zone;
    },
  };
}

const UTC_NAMES = new Set(['UTC', 'Etc/UTC', 'UCT', 'Etc/UCT', 'Zulu', 'Universal']);

/** The name behind /etc/localtime (tzset(3)); empty when it is a file or nothing. */
function zoneOfSystem(): string {
  try {
    return readlinkSync('/etc/localtime').replace(/^.*\/zoneinfo\//, '');
  } catch {
    return '';
  }
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function systemTimeZone(): string {
  if (UTC_NAMES.has(process.env.TZ ?? zoneOfSystem())) return 'UTC';
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The platform's tables of time zones are large: a device that counts in UTC never loads them. */
function spansOf(name: string, today: number): ZoneOffsets | null {
  if (name === 'UTC') return { spans: [{ fromMs: (today - BEFORE_DAYS) * DAY_MS, offsetMs: 0 }] };
  if (!isTimeZone(name)) return null;
  const offsetAt = offsetReader(name);
  let fromMs = (today - BEFORE_DAYS) * DAY_MS;
  const spans = [{ fromMs, offsetMs: offsetAt(fromMs) }];
  for (let day = today - BEFORE_DAYS + 1; day <= today + AFTER_DAYS; day += 1) {
    const atMs = day * DAY_MS;
    const offsetMs = offsetAt(atMs);
    if (offsetMs !== spans.at(-1)?.offsetMs) spans.push({ fromMs: changeBetween(fromMs, atMs, offsetAt), offsetMs });
    fromMs = atMs;
  }
  return { spans };
}

/** To the minute; zones change at most once a day. */
function changeBetween(lowMs: number, highMs: number, offsetAt: (atMs: number) => number): number {
  const before = offsetAt(lowMs);
  let [low, high] = [lowMs, highMs];
  while (high - low > MINUTE_MS) {
    const middle = Math.floor((low + high) / 2 / MINUTE_MS) * MINUTE_MS;
    if (offsetAt(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

function offsetReader(name: string): (atMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (atMs) => {
    const parts = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1_000) * 1_000;
  };
}
