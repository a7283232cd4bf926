import { type Outcome, type ReportItem, refuse, report, type Sample, succeed } from '@wherry/protocol';
import type { ReceivedRun } from '../../storage/port/received.ts';
import type { IncomingReport } from './incoming-report.ts';
import { openReport } from './open-report.ts';
import { readReportKey } from './report-keys.ts';

/** One numbered thing that a device told. */
export interface NumberedItem {
  readonly run: ReceivedRun;
  readonly content:
    | { readonly kind: 'report'; readonly item: ReportItem }
    | { readonly kind: 'usage'; readonly sample: Sample };
}

/** Opens a message with the device's own report key. Codes: signature_invalid, key_unknown, envelope_malformed, invalid_message, wrong_device. */
export async function readMessage(message: IncomingReport, reportKey: string): Promise<Outcome<NumberedItem[]>> {
  if (message.kind === 'usage') {
    const { boot, samples } = message.batch;
    return numbered(message.device, boot, samples, (sample) => ({ kind: 'usage', sample }));
  }
  const key = readReportKey(reportKey);
  if (!key.ok) return key;
  const opened = await openReport(message.envelope, key.value);
  if (!opened.ok) return opened;
  const read = readReport(opened.value.payload);
  if (!read.ok) return read;
  if (read.value.device !== message.device)
    return refuse('wrong_device', `${message.device} sent a report of ${read.value.device}`);
  return numbered(message.device, read.value.boot, read.value.items, (item) => ({ kind: 'report', item }));
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function readReport(payload: Uint8Array) {
  try {
    const parsed = report.safeParse(JSON.parse(decoder.decode(payload)));
    if (parsed.success) return succeed(parsed.data);
    const [issue] = parsed.error.issues;
    const path = `/${issue?.path.map(String).join('/') ?? ''}`;
    return refuse('invalid_message', `the report does not fit its schema: ${issue?.message ?? ''}`, { path });
  } catch {
    return refuse('invalid_message', 'the report is no JSON in UTF-8');
  }
}

function numbered<T extends { readonly seq: number; readonly firstSeq?: number | undefined }>(
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
