import { type Outcome, refuse, succeed } from '../errors.ts';

/**
 * Syntax of cron expressions: five fields (minute, hour, day of month, month, day of week), or six with seconds in front.
 * A field is `*`, a number, a name (JAN, MON), a range, a list, each with an optional step. Shortcuts such as `@daily` are not
 * part of it. Code: invalid_manifest.
 */
interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const SECOND: Field = { name: 'second', min: 0, max: 59, names: [] };
const FIELDS: readonly Field[] = [
  { name: 'minute', min: 0, max: 59, names: [] },
  { name: 'hour', min: 0, max: 23, names: [] },
  { name: 'day of month', min: 1, max: 31, names: [] },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'day of week', min: 0, max: 7, names: DAYS },
];

export function checkCron(text: string): Outcome<void> {
  const parts = text.trim().split(/\s+/);
  if (text.length > 128 || (parts.length !== 5 && parts.length !== 6))
    return bad('a cron expression has 5 fields, or 6 with seconds in front, for example "*/5 * * * *"');
  const fields = parts.length === 6 ? [SECOND, ...FIELDS] : FIELDS;
  for (const [i, field] of fields.entries()) {
    for (const item of (parts[i] ?? '').split(',')) {
      const problem = checkItem(item, field);
      if (problem) return bad(problem);
    }
  }
  return succeed(undefined);
}

function checkItem(item: string, field: Field): string | undefined {
  const advice = `write *, ${field.min}-${field.max}${field.names.length > 0 ? `, ${field.names[0]}` : ''}, a list a,b or a step */n`;
  const match = item.match(/^(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d{1,4}))?$/i);
  if (!match) return `${JSON.stringify(item)} is not a ${field.name}: ${advice}`;
  const [, from = '', to, step] = match;
  if (from === '*' && to !== undefined) return `${JSON.stringify(item)} is not a ${field.name}: ${advice}`;
  const low = from === '*' ? field.min : numberOf(from, field);
  const high = to === undefined ? low : numberOf(to, field);
  if (low === undefined || high === undefined)
    return `${JSON.stringify(item)} is out of range for a ${field.name}: ${advice}`;
  if (high < low) return `the range ${item} of the ${field.name} runs backwards`;
  if (step !== undefined && (Number(step) < 1 || Number(step) > field.max))
    return `the step of ${item} must be 1 to ${field.max} for a ${field.name}`;
  return undefined;
}

function numberOf(text: string, field: Field): number | undefined {
  const named = field.names.indexOf(text.toLowerCase());
  if (named >= 0) return named + field.min;
  if (!/^\d{1,4}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= field.min && value <= field.max ? value : undefined;
}

function bad(message: string): Outcome<never> {
  return refuse('invalid_manifest', message);
}
