import { duration, exactTime } from './time.ts';

/** What was changed, as name and value for people; what says nothing is left out. */
export function auditWords(
  detail: Readonly<Record<string, unknown>>,
): readonly (readonly [name: string, words: string])[] {
  return Object.entries(detail).flatMap(([name, value]) => {
    const words = wordsOf(name, value);
    return words === '' ? [] : [[name.replace(/(At)?Ms$/, ''), words] as const];
  });
}

function wordsOf(name: string, value: unknown): string {
  if (value === null || value === undefined || value === false) return '';
  if (typeof value === 'number' && name.endsWith('AtMs')) return exactTime(value);
  if (typeof value === 'number' && name.endsWith('Ms')) return duration(value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value))
    return value.map((item) => (typeof item === 'object' ? JSON.stringify(item) : String(item))).join(', ');
  return Object.entries(value)
    .map(([key, each]) => `${key}=${typeof each === 'object' ? JSON.stringify(each) : String(each)}`)
    .join(', ');
}
