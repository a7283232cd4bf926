import { type Outcome, parseBytes, parseDurationMs, parseShare } from '@wherry/protocol';
import { InvalidArgumentError } from 'commander';

/** Options that are quantities with a unit. */
export const bytesOption = reader(parseBytes);
export const durationOption = reader(parseDurationMs);
export const shareOption = reader(parseShare);

export function countOption(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('write a whole number.');
  return Number(text);
}

function reader(parse: (text: string) => Outcome<number>): (text: string) => number {
  return (text) => {
    const read = parse(text);
    if (!read.ok) throw new InvalidArgumentError(`${read.problems[0]?.message}.`);
    return read.value;
  };
}
