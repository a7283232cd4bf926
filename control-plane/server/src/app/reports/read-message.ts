import { type Outcome, refuse, report, usageBatch } from '@wherry/protocol';
import type { ReceivedRun } from '../../storage/port/received.ts';
import type { IncomingReport } from './incoming-report.ts';
import { type NumberedItem, numbered, numbersOf } from './numbered.ts';
import { openReport, openUsage } from './open-report.ts';
import { parseMessage } from './parse-message.ts';
import { type ReportKey, readReportKey } from './report-keys.ts';

export interface Reading {
  /** Codes: signature_invalid, key_unknown, envelope_malformed, invalid_message, wrong_device. */
  readonly items: Outcome<readonly NumberedItem[]>;
  /** Set when the device did sign it and it is not understood: the numbers that it holds up. */
  readonly refused?: ReceivedRun | null;
}

/** Opens a message with the device's own report key. */
export async function readMessage(message: IncomingReport, reportKey: string): Promise<Reading> {
  const key = readReportKey(reportKey);
  if (!key.ok) return { items: key };
  return message.kind === 'usage' ? await readUsage(message, key.value) : await readReport(message, key.value);
}

async function readUsage(
  { tenant, device, batch }: Extract<IncomingReport, { kind: 'usage' }>,
  key: ReportKey,
): Promise<Reading> {
  const opened = await openUsage({ tenant, device }, batch, key);
  if (!opened.ok) return { items: opened };
  const { boot, samples } = opened.value;
  const parsed = parseMessage(usageBatch, opened.value, 'batch of usage');
  if (!parsed.ok) return { items: parsed, refused: numbersOf(device, boot, samples) };
  return { items: numbered(device, boot, parsed.value.samples, (sample) => ({ kind: 'usage', sample })) };
}

async function readReport(
  { device, envelope }: Extract<IncomingReport, { kind: 'report' }>,
  key: ReportKey,
): Promise<Reading> {
  const opened = await openReport(envelope, key);
  if (!opened.ok) return { items: opened };
  const said = readJson(opened.value.payload);
  if (said === null) return { items: refuse('invalid_message', 'the report is no object in JSON and UTF-8') };
  if (said.device !== device) return { items: refuse('wrong_device', `${device} sent a report that is not its own`) };
  const parsed = parseMessage(report, said, 'report');
  if (!parsed.ok) return { items: parsed, refused: numbersOf(device, said.boot, said.items) };
  return { items: numbered(device, parsed.value.boot, parsed.value.items, (item) => ({ kind: 'report', item })) };
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function readJson(payload: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(decoder.decode(payload));
    return typeof value === 'object' ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}
