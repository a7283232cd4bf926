import { bootId, LIMITS, type Outcome, type ReportItem, refuse, type Sample, succeed } from '@wherry/protocol';
import { z } from 'zod';
import type { ReceivedRun } from '../../storage/port/received.ts';

/** One numbered thing that a device told. */
export interface NumberedItem {
  readonly run: ReceivedRun;
  readonly content:
    | { readonly kind: 'report'; readonly item: ReportItem }
    | { readonly kind: 'usage'; readonly sample: Sample };
}

interface Numbers {
  readonly seq: number;
  readonly firstSeq?: number | undefined;
}

/** Code: invalid_message. */
export function numbered<T extends Numbers>(
  device: string,
  boot: string,
  items: readonly T[],
  contentOf: (item: T) => NumberedItem['content'],
): Outcome<NumberedItem[]> {
  const read: NumberedItem[] = [];
  for (const item of items) {
    const firstSeq = item.firstSeq ?? item.seq;
    if (firstSeq > item.seq) return refuse('invalid_message', `firstSeq ${firstSeq} is above seq ${item.seq}`);
    read.push({ run: { device, boot, firstSeq, seq: item.seq }, content: contentOf(item) });
  }
  return succeed(read);
}

const seq = z.int().min(1);
const itemsMax = Math.max(LIMITS.reportItems, LIMITS.usageSamples);
const bareNumbers = z.object({
  boot: bootId,
  items: z
    .array(z.object({ seq, firstSeq: seq.optional() }))
    .min(1)
    .max(itemsMax),
});

/** The numbers of a message whose content is not understood; null when not even they are. */
export function numbersOf(device: string, boot: unknown, items: unknown): ReceivedRun | null {
  const read = bareNumbers.safeParse({ boot, items });
  if (!read.success) return null;
  const firstSeq = Math.min(...read.data.items.map((item) => item.firstSeq ?? item.seq));
  return { device, boot: read.data.boot, firstSeq, seq: Math.max(...read.data.items.map((item) => item.seq)) };
}
