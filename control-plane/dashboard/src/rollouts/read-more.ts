import { type Outcome, parseDurationMs } from '@wherry/protocol';
import type { DraftField, DraftMore } from './draft.ts';
import { fault } from './read-sizes.ts';

type Read = <T>(field: DraftField, outcome: Outcome<T>) => T | undefined;

/** The parts of a request that most rollouts leave alone; what is empty is not sent. */
export function readMore(more: DraftMore, read: Read) {
  const filled = <T>(field: keyof DraftMore & DraftField, parse: (text: string) => Outcome<T>): T | undefined =>
    more[field].trim() === '' ? undefined : read(field, parse(more[field].trim()));
  const devicesPerMinute = filled('pace', (text) => readAbove(text, 0));
  const growth = filled('growth', (text) => readAbove(text, 1, true));
  const hasWindow = [more.windowCron, more.windowLength, more.windowZone].some((text) => text.trim() !== '');
  const durationMs = hasWindow ? read('windowLength', parseDurationMs(more.windowLength.trim())) : undefined;
  return given({
    draft: more.begin === 'draft' ? true : undefined,
    startAtMs: more.begin === 'at' ? read('startAt', readTime(more.startAt)) : undefined,
    pace: devicesPerMinute === undefined && growth === undefined ? undefined : given({ devicesPerMinute, growth }),
    window: hasWindow
      ? given({ cron: more.windowCron.trim(), durationMs, timeZone: more.windowZone.trim() || undefined })
      : undefined,
    download: some({
      metered: more.isUnmeteredOnly ? false : undefined,
      outsideWindow: more.isDownloadInWindow && hasWindow ? false : undefined,
    }),
    dynamic: more.isDynamic || undefined,
    watch: some({
      offlineAfterMs: filled('offlineAfter', orOff(parseDurationMs)),
      memoryFactor: filled(
        'memoryFactor',
        orOff((text) => readAbove(text, 1)),
      ),
      cpuFactor: filled(
        'cpuFactor',
        orOff((text) => readAbove(text, 1)),
      ),
    }),
  });
}

function orOff<T>(parse: (text: string) => Outcome<T>): (text: string) => Outcome<T | null> {
  return (text) => (text === 'off' ? { ok: true, value: null } : parse(text));
}

export function readAbove(text: string, least: number, isInclusive = false): Outcome<number> {
  const value = Number(text);
  const isEnough = isInclusive ? value >= least : value > least;
  if (/^\d{1,7}(\.\d+)?$/.test(text) && isEnough) return { ok: true, value };
  return fault(`write a number, ${isInclusive ? `${least} or more` : `above ${least}`}`);
}

/** Without an offset it is the time of this browser. */
function readTime(text: string): Outcome<number> {
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? fault('choose a date and a time') : { ok: true, value: atMs };
}

function given<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function some<T extends object>(values: T): Partial<T> | undefined {
  const known = given(values);
  return Object.keys(known).length > 0 ? known : undefined;
}
