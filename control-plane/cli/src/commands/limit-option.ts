import { InvalidArgumentError } from 'commander';

/** Most items that one command prints; who needs more narrows by a selector. */
const ITEMS_MAX = 10_000;

export const LIMIT_OPTION = ['-n, --limit <count>', 'print at most this many'] as const;

export function parseLimit(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > ITEMS_MAX)
    throw new InvalidArgumentError(`write a number from 1 to ${ITEMS_MAX}.`);
  return limit;
}
