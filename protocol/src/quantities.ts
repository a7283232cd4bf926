import { type Outcome, refuse, succeed } from './errors.ts';

/**
 * Quantities as people write them ("16MiB", "1m30s", "20%") and their base units. Text forms live in `wherry.yaml` and on the
 * command line only; everything that travels is a number of bytes, milliseconds or a share. A bare number is refused, because
 * nobody can see its unit. Code: invalid_quantity.
 */
const BYTE_UNITS = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;
const TIME_UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const TEXT_MAX_LENGTH = 32;

/** Whole bytes from "512B", "64KiB", "16MiB", "1.5GiB". */
export function parseBytes(text: string): Outcome<number> {
  const match = bounded(text).match(/^(\d{1,16}(?:\.\d{1,3})?)\s?(B|KiB|MiB|GiB)$/);
  if (!match) return refuse('invalid_quantity', `${quote(text)} is not a size: ${adviceForBytes(text)}`);
  const bytes = Number(match[1]) * BYTE_UNITS[match[2] as keyof typeof BYTE_UNITS];
  if (!Number.isSafeInteger(bytes)) return refuse('invalid_quantity', `${quote(text)} is not a whole number of bytes`);
  return succeed(bytes);
}

/** Milliseconds from "150ms", "2s", "10m", "1h30m", "7d": parts from the largest unit to the smallest, each once. */
export function parseDurationMs(text: string): Outcome<number> {
  const match = bounded(text).match(/^(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9})s)?(?:(\d{1,12})ms)?$/);
  if (!match || text === '')
    return refuse('invalid_quantity', `${quote(text)} is not a duration: write it like 150ms, 2s, 10m, 1h30m or 7d`);
  const [, days, hours, minutes, seconds, milliseconds] = match.map((part) => Number(part ?? 0));
  return succeed(
    (days ?? 0) * TIME_UNITS_MS.d +
      (hours ?? 0) * TIME_UNITS_MS.h +
      (minutes ?? 0) * TIME_UNITS_MS.m +
      (seconds ?? 0) * TIME_UNITS_MS.s +
      (milliseconds ?? 0),
  );
}

/** A share from "20%" (0.2) or "150%" (1.5). */
export function parseShare(text: string): Outcome<number> {
  const match = bounded(text).match(/^(\d{1,5}(?:\.\d{1,2})?)\s?%$/);
  if (!match) return refuse('invalid_quantity', `${quote(text)} is not a share: write it like 20% or 2.5%`);
  return succeed(Number((Number(match[1]) / 100).toFixed(4)));
}

/** The shortest exact form that `parseBytes` reads back: 16777216 is "16MiB". */
export function formatBytes(bytes: number): string {
  const unit = (['GiB', 'MiB', 'KiB'] as const).find(
    (name) => bytes >= BYTE_UNITS[name] && bytes % BYTE_UNITS[name] === 0,
  );
  return unit ? `${bytes / BYTE_UNITS[unit]}${unit}` : `${bytes}B`;
}

/** The shortest exact form that `parseDurationMs` reads back: 90000 is "1m30s". */
export function formatDurationMs(durationMs: number): string {
  let rest = durationMs;
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const count = Math.floor(rest / TIME_UNITS_MS[unit]);
    rest -= count * TIME_UNITS_MS[unit];
    if (count > 0) text += `${count}${unit}`;
  }
  return text || '0s';
}

export function formatShare(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`;
}

function adviceForBytes(text: string): string {
  const decimal = bounded(text).match(/^(\d+(?:\.\d+)?)\s?([kKmMgG])(?:i?[bB])?$/);
  if (decimal) return `write ${decimal[1]}${decimal[2]?.toUpperCase()}iB (sizes count in powers of 1024)`;
  return 'write it like 512B, 64KiB, 16MiB or 1GiB';
}

function bounded(text: string): string {
  return text.length <= TEXT_MAX_LENGTH ? text : 'too long';
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, TEXT_MAX_LENGTH));
}
