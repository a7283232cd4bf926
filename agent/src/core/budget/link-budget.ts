import type { DownloadTerms } from '@wherry/protocol';
import { sayInstant, UTC } from '../window/calendar.ts';

/** May a download of so many bytes begin over the link that the device has now? Budgets are per type of link and month (UTC). */
export interface LinkFacts {
  /** Interface of the default route; null when there is none. */
  readonly name: string | null;
  readonly isMetered: boolean;
  /** Of this month's budget for this type of link; null: no budget. */
  readonly leftBytes: number | null;
  /** When the month ends. */
  readonly renewsAtMs: number;
}

/** What is known of the delta that a blob could be made with: its size, that there is none, or nothing yet where there may be one. */
export type DeltaKnowledge = number | 'none' | 'unknown';

/**
 * The least that a download can cost: what is missing of the blob, or a delta if that is less. Asking for a delta is as good as free:
 * its answer says how long it is before a byte of it is read.
 */
export function leastBytes(missingBytes: number, delta: DeltaKnowledge): number {
  if (missingBytes <= 0) return 0;
  if (delta === 'none') return missingBytes;
  return Math.min(missingBytes, delta === 'unknown' ? 1 : delta);
}

export interface LinkRefusal {
  readonly code: 'metered_forbidden' | 'download_budget_spent';
  readonly message: string;
  readonly untilMs: number | null;
}

export function refuseByLink(
  neededBytes: number,
  link: LinkFacts,
  terms: DownloadTerms | undefined,
): LinkRefusal | null {
  if (neededBytes <= 0) return null;
  const kind = link.isMetered ? 'metered' : 'unmetered';
  const name = link.name ?? 'no interface';
  if (link.isMetered && terms?.metered === false)
    return {
      code: 'metered_forbidden',
      message: `waits for an unmetered link: ${neededBytes} bytes are not to be downloaded over ${name}, which is metered`,
      untilMs: null,
    };
  const isWaived = link.isMetered && terms?.metered === true;
  if (link.leftBytes === null || isWaived || neededBytes <= link.leftBytes) return null;
  return {
    code: 'download_budget_spent',
    message:
      `waits until ${sayInstant(link.renewsAtMs, UTC)}: ${neededBytes} bytes do not fit into the ${Math.max(0, link.leftBytes)} bytes ` +
      `that are left of this month's budget for ${kind} links (${name}); another type of link ends the wait`,
    untilMs: link.renewsAtMs,
  };
}
