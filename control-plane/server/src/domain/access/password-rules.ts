import { LIMITS } from '@wherry/protocol';

/** What is refused although it is long enough: what a guesser tries first. Length is the rule; kinds of characters are not asked for. */
const DISTINCT_CHARS_MIN = 5;
const OFTEN_CHOSEN = [
  'password',
  'passwort',
  'motdepasse',
  'qwertz',
  'qwerty',
  'letmein',
  'welcome',
  'iloveyou',
  'admin',
  'wherry',
];

/** Null when it may be used; otherwise a sentence that says what to do. */
export function whyTooWeak(password: string, user: string): string | null {
  const lower = password.toLowerCase();
  if ([...password].length < LIMITS.passwordCharsMin) return `use at least ${LIMITS.passwordCharsMin} characters`;
  if (new Set(lower).size < DISTINCT_CHARS_MIN) return `use at least ${DISTINCT_CHARS_MIN} different characters`;
  if (isRun(lower)) return 'use something else than a row of characters';
  const rest = [user, ...OFTEN_CHOSEN].reduce((text, word) => text.replaceAll(word.toLowerCase(), ''), lower);
  if (rest.length < LIMITS.passwordCharsMin / 2)
    return 'use something else than the name and words that everybody uses';
  return null;
}

/** 123456789012, abcdefghijkl, and the like: each character follows the one before it, or the same few repeat. */
function isRun(text: string): boolean {
  const codes = [...text].map((char) => char.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, at) => code - (codes[at] ?? 0));
  const isEven = steps.filter((step) => Math.abs(step) <= 1).length >= steps.length - 1;
  return isEven || /^(.{1,4})\1+.{0,3}$/s.test(text);
}
