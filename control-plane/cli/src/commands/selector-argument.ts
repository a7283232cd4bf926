import { formatSelector, parseSelector } from '@wherry/protocol';
import { CliFailure, EXIT } from '../failure.ts';

export const SELECTOR_HELP = `
A selector is a list of terms joined by commas, all of which must hold:
  site=berlin   site!=berlin   board in (pi4,pi5)   board notin (pi3)   canary   !quarantined
The keys device and target stand for the device's name and target.`;

/** A selector checked before anything is sent, so that its mistakes are shown at their column. */
export function checkedSelector(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const parsed = parseSelector(text);
  if (!parsed.ok) throw new CliFailure(EXIT.usage, parsed.problems);
  return formatSelector(parsed.value);
}
