import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import {
  type DeviceName,
  detachedBytes,
  type Envelope,
  LIMITS,
  PAYLOAD_TYPES,
  preAuthenticationEncoding,
  type ReportItem,
  type Sample,
  toBase64,
} from '@wherry/protocol';
import { checkedItem, checkedSample, numbersOf, type OnInvalid } from './checked-row.ts';
import type { OutboxRow } from './port.ts';
import { shrinkReport } from './shrink.ts';

/** How rows become messages: a run of rows of one boot and one kind, within the limits of items and bytes. */

/** Base64 in the envelope makes 4 bytes of 3, and a reader at the other end counts the whole packet. */
const MESSAGE_BYTES = Math.floor((LIMITS.packetBytes - 4096) * 0.75);

/** Cuts rows, which are in outbox order, into runs that fit one message each. Nothing is left out and nothing changes its place. */
export function cutIntoBatches(
  rows: readonly OutboxRow[],
  sizeOf: (row: OutboxRow) => number = rowBytes,
): OutboxRow[][] {
  const batches: OutboxRow[][] = [];
  let open: OutboxRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    const size = sizeOf(row);
    const first = open[0];
    const fits =
      first !== undefined &&
      first.boot === row.boot &&
      first.entry.kind === row.entry.kind &&
      open.length < (row.entry.kind === 'report' ? LIMITS.reportItems : LIMITS.usageSamples) &&
      bytes + size <= MESSAGE_BYTES;
    if (!fits) {
      open = [];
      batches.push(open);
      bytes = 0;
    }
    open.push(row);
    bytes += size;
  }
  return batches;
}

function rowBytes(row: OutboxRow): number {
  return Buffer.byteLength(JSON.stringify(row.entry)) + 128;
}

/** The message of one batch: channel and payload. */
export function messageOf(
  rows: readonly OutboxRow[],
  from: DeviceName,
  signer: ReportSigner,
  onInvalid: OnInvalid = () => {},
): { readonly channel: 'report' | 'usage'; readonly payload: Uint8Array } {
  const first = rows[0];
  if (!first) throw new RangeError('a batch has at least one row');
  if (first.entry.kind === 'usage') {
    const batch = { boot: first.boot, samples: rows.map((row) => sampleOf(row, onInvalid)) };
    return { channel: 'usage', payload: encode({ ...batch, sig: signer.beside(from, batch) }) };
  }
  const report = { device: from.device, boot: first.boot, items: rows.map((row) => itemOf(row, onInvalid)) };
  return { channel: 'report', payload: encode(signer.seal(encode(report))) };
}

function sampleOf(row: OutboxRow, onInvalid: OnInvalid): Sample {
  if (row.entry.kind !== 'usage') throw new TypeError('a batch holds rows of one kind');
  return checkedSample(row, { ...numbersOf(row), ...row.entry.sample }, onInvalid);
}

function itemOf(row: OutboxRow, onInvalid: OnInvalid): ReportItem {
  if (row.entry.kind !== 'report') throw new TypeError('a batch holds rows of one kind');
  const item = checkedItem(row, { ...numbersOf(row), atMs: row.atMs, body: row.entry.body }, onInvalid);
  return { ...item, body: shrinkReport(item.body, fitsOnePacket) };
}

function fitsOnePacket(body: ReportItem['body']): boolean {
  return Buffer.byteLength(JSON.stringify(body)) <= MESSAGE_BYTES - 1024;
}

/** The device's own signature: reports go in an envelope; samples, which go all day, have it beside them. */
export interface ReportSigner {
  seal(report: Uint8Array): Envelope;
  beside(from: DeviceName, batch: object): string;
}

/** Signs with the device's report key, PKCS#8 DER in base64. */
export function createReportSigner(privateKey: string): ReportSigner {
  const key = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' });
  const keyid = keyIdOf(key) as Envelope['signatures'][number]['keyid'];
  const signed = (message: Uint8Array) => sign(null, message, key).toString('base64');
  return {
    seal: (report) => ({
      payloadType: PAYLOAD_TYPES.report,
      payload: toBase64(report),
      signatures: [{ keyid, sig: signed(preAuthenticationEncoding(PAYLOAD_TYPES.report, report)) }],
    }),
    beside: (from, batch) => signed(detachedBytes('usage', from, batch)),
  };
}

function keyIdOf(privateKey: KeyObject): string {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return createHash('sha256').update(spki).digest('hex').slice(0, 32);
}

function encode(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value), 'utf8');
}
