import { misused } from '../failure.ts';

/** `k=v` arguments as a record; the last one wins. */
export function parsePairs(texts: readonly string[], what: string): Record<string, string> {
  const pairs: [string, string][] = texts.map((text) => {
    const at = text.indexOf('=');
    if (at < 1) throw misused(`${JSON.stringify(text)} is not a ${what}: write key=value`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
  return Object.fromEntries(pairs);
}

/** For options that may be given several times. */
export function collect(value: string, previous: readonly string[]): string[] {
  return [...previous, value];
}
