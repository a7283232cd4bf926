import { type ActivationWindow, activationWindow, type Pace, pace, parseDurationMs } from '@wherry/protocol';
import { misused } from '../failure.ts';

const MINUTES: Readonly<Record<string, number>> = { s: 1 / 60, min: 1, h: 60, d: 1440 };

/** `10/min`, or `10/min x2` for twice as many in each wave. */
export function parsePace(text: string): Pace {
  const [, count, unit = '', growth] =
    text.match(/^(\d{1,7}(?:\.\d+)?)\/(s|min|h|d)(?:\s*x(\d{1,3}(?:\.\d+)?))?$/) ?? [];
  const read = pace.safeParse({
    devicesPerMinute: Number(count) / (MINUTES[unit] ?? 0),
    ...(growth === undefined ? {} : { growth: Number(growth) }),
  });
  if (!read.success)
    throw misused(
      `${quote(text)} is not a pace: write devices per time, like 10/min, or "10/min x2" to double it each wave`,
    );
  return read.data;
}

export function formatPace({ devicesPerMinute, growth }: Pace): string {
  const rate =
    devicesPerMinute >= 1
      ? `${Number(devicesPerMinute.toFixed(2))}/min`
      : `${Number((devicesPerMinute * 60).toFixed(2))}/h`;
  return growth === undefined || growth === 1 ? rate : `${rate} x${growth}`;
}

/** `0 2 * * *;2h` or `0 2 * * *;2h;Europe/Berlin`. */
export function parseWindow(text: string): ActivationWindow {
  const [cron = '', length = '', timeZone, ...more] = text.split(';').map((part) => part.trim());
  const durationMs = parseDurationMs(length);
  const read = activationWindow.safeParse({
    cron,
    durationMs: durationMs.ok ? durationMs.value : undefined,
    ...(timeZone === undefined ? {} : { timeZone }),
  });
  const fault = !durationMs.ok ? durationMs.problems[0]?.message : read.error?.issues[0]?.message;
  if (fault === undefined && read.success && more.length === 0) return read.data;
  throw misused(
    `${quote(text)} is not a window${fault ? ` (${fault})` : ''}: write "CRON;DURATION" or "CRON;DURATION;ZONE", for example "0 2 * * *;2h;Europe/Berlin"`,
  );
}

export function formatWindow({ cron, durationMs, timeZone }: ActivationWindow, length: (ms: number) => string): string {
  return `${cron} for ${length(durationMs)}, ${timeZone ?? "each device's own time zone"}`;
}

/** A time in ms: `+2h`, or ISO 8601, without an offset in the time zone of this machine. A time that is past is a mistake. */
export function parseStart(text: string, nowMs: number): number {
  const wait = text.startsWith('+') ? parseDurationMs(text.slice(1)) : undefined;
  const isIso = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?\s?(Z|[+-]\d{2}:?\d{2})?)?$/.test(text);
  const atMs = wait ? (wait.ok ? nowMs + wait.value : Number.NaN) : isIso ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(atMs))
    throw misused(
      `${quote(text)} is not a time: write +2h, 2030-01-31T02:00Z or "2030-01-31 02:00" (time of this machine)`,
    );
  if (atMs < nowMs) throw misused(`${quote(text)} is past: leave --at away to begin now`);
  return atMs;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
