import { createPublicKey, verify } from 'node:crypto';
import {
  detachedBytes,
  fromBase64,
  type KeyId,
  LIMITS,
  openEnvelope,
  PAYLOAD_TYPES,
  type ReportBody,
  report,
  signedUsage,
  usageBatch,
} from '@wherry/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeReportKey } from '../claim/report-key.ts';
import { createReportSigner, cutIntoBatches, messageOf } from './messages.ts';
import type { OutboxBody, OutboxRow } from './port.ts';

const PI = { tenant: 'default', device: 'pi-7' };
const BOOT = 'a'.repeat(32);
const keys = makeReportKey();
const signer = createReportSigner(keys.privateKey);

const event: OutboxBody = {
  kind: 'report',
  body: { type: 'event', severity: 'info', name: 'workload_started', message: 'thermostat runs' },
};
const usage: OutboxBody = { kind: 'usage', sample: { fromMs: 0, toMs: 1_000, workloads: [] } };

function row(seq: number, entry: OutboxBody = event, boot = BOOT): OutboxRow {
  return { boot, seq, firstSeq: seq, atMs: 1_000, entry };
}

test('a report is signed by the device and opens with its public key', () => {
  const { channel, payload } = messageOf([row(1), row(2)], PI, signer);
  expect(channel).toBe('report');
  const sealed = JSON.parse(Buffer.from(payload).toString());
  const spki = Buffer.from(keys.publicKey, 'base64');
  const opened = openEnvelope(
    sealed,
    PAYLOAD_TYPES.report,
    new Set([sealed.signatures[0].keyid as KeyId]),
    (_, message, signature) =>
      verify(null, message, createPublicKey({ key: spki, format: 'der', type: 'spki' }), signature),
  );
  if (!opened.ok) throw new Error(opened.problems[0]?.message);
  const parsed = report.parse(JSON.parse(Buffer.from(opened.value.payload).toString()));
  expect(parsed).toMatchObject({ device: 'pi-7', boot: BOOT });
  expect(parsed.items.map((item) => item.seq)).toEqual([1, 2]);
});

test('samples are signed, and a merged row says which numbers it covers', () => {
  const { channel, payload } = messageOf([{ ...row(9, usage), firstSeq: 5 }], PI, signer);
  expect(channel).toBe('usage');
  const { sig, ...batch } = signedUsage.parse(JSON.parse(Buffer.from(payload).toString()));
  const key = createPublicKey({ key: Buffer.from(keys.publicKey, 'base64'), format: 'der', type: 'spki' });
  expect(verify(null, detachedBytes('usage', PI, batch), key, fromBase64(sig))).toBe(true);
  expect(usageBatch.parse(batch).samples[0]).toMatchObject({
    firstSeq: 5,
    seq: 9,
  });
});

test('law: batches hold all rows in their order, of one boot and kind each, within the limits', () => {
  const rows = fc
    .array(fc.record({ isUsage: fc.boolean(), isOld: fc.boolean(), bytes: fc.nat(100_000) }), { maxLength: 200 })
    .map((drawn) => ({
      rows: drawn.map(({ isUsage, isOld }, at) => row(at + 1, isUsage ? usage : event, isOld ? 'b'.repeat(32) : BOOT)),
      bytes: drawn.map((one) => one.bytes),
    }));
  fc.assert(
    fc.property(rows, ({ rows: all, bytes }) => {
      const batches = cutIntoBatches(all, (one) => bytes[one.seq - 1] ?? 0);
      expect(batches.flat()).toEqual(all);
      for (const batch of batches) {
        expect(new Set(batch.map((one) => `${one.boot} ${one.entry.kind}`)).size).toBe(1);
        expect(batch.length).toBeLessThanOrEqual(
          batch[0]?.entry.kind === 'usage' ? LIMITS.usageSamples : LIMITS.reportItems,
        );
        const sum = batch.reduce((total, one) => total + (bytes[one.seq - 1] ?? 0), 0);
        expect(sum).toBeLessThanOrEqual(LIMITS.packetBytes * 0.75);
      }
    }),
  );
});

test('the largest state a device can have still fits one packet, and keeps its facts', () => {
  const sentence = '€'.repeat(512);
  const digest = `sha256:${'0'.repeat(64)}`;
  const status = {
    version: '1.0.0',
    release: digest,
    attempt: 1,
    state: 'rejected',
    code: 'no_variant_fits',
    message: sentence,
    refusals: Array.from({ length: 8 }, (_, variant) => ({
      variant,
      kind: 'wasm',
      code: 'no_runtime',
      message: sentence,
    })),
    restarts: 0,
    sinceMs: 0,
  };
  const apps = Array.from({ length: LIMITS.workloadsPerDevice }, (_, at) => `app-${'x'.repeat(50)}-${at}`);
  const body = {
    type: 'state',
    generation: 1,
    workloads: Object.fromEntries(apps.map((app) => [app, { ...status, app }])),
  } as unknown as ReportBody;
  const { payload } = messageOf([row(1, { kind: 'report', body })], PI, signer);
  expect(payload.length).toBeLessThan(LIMITS.packetBytes - 1024);
  const inner = report.parse(
    JSON.parse(Buffer.from(JSON.parse(Buffer.from(payload).toString()).payload, 'base64').toString()),
  );
  const [item] = inner.items;
  if (item?.body.type !== 'state') throw new Error('a state was put in');
  expect(Object.keys(item.body.workloads)).toHaveLength(LIMITS.workloadsPerDevice);
  expect(Object.values(item.body.workloads)[0]).toMatchObject({ state: 'rejected', code: 'no_variant_fits' });
});

test.each<[string, OutboxBody]>([
  [
    'a name that is not one',
    { kind: 'report', body: { type: 'event', severity: 'info', name: 'Not A Name', message: '' } },
  ],
  ['nothing', { kind: 'report', body: null as never }],
  ['a sample without a time', { kind: 'usage', sample: { workloads: [] } as never }],
  ['no sample', { kind: 'usage', sample: undefined as never }],
])('%s keeps its number, loses its content, and the rows beside it travel', (_, wrong) => {
  const good = wrong.kind === 'usage' ? usage : event;
  const invalid: number[] = [];
  const rows = [row(1, good), { ...row(4, wrong), firstSeq: 2 }, row(5, good)];
  const { payload } = messageOf(rows, PI, signer, (one) => invalid.push(one.seq));
  const { sig: _sig, ...message } = JSON.parse(Buffer.from(payload).toString());
  const read =
    wrong.kind === 'usage'
      ? usageBatch.parse(message).samples
      : report.parse(JSON.parse(Buffer.from(message.payload, 'base64').toString())).items;
  expect(read.map(({ seq, firstSeq }) => [firstSeq ?? seq, seq])).toEqual([
    [1, 1],
    [2, 4],
    [5, 5],
  ]);
  expect(invalid).toEqual([4]);
});
