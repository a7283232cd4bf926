import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPacketFilter } from './packet-filter.ts';

const MAX_BYTES = 300;

function packet(bodyBytes: number, fill: number): Buffer {
  const length: number[] = [];
  let rest = bodyBytes;
  do {
    length.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.concat([Buffer.from([0x30, ...length]), Buffer.alloc(bodyBytes, fill)]);
}

function run(chunks: readonly Uint8Array[]): { passed: Buffer; dropped: number[] } {
  const dropped: number[] = [];
  const filter = createPacketFilter(MAX_BYTES, (bytes) => dropped.push(bytes));
  return { passed: Buffer.concat(chunks.flatMap((chunk) => filter.push(chunk))), dropped };
}

test('a packet of exactly the limit passes, one byte more does not', () => {
  const largest = packet(MAX_BYTES - 3, 7);
  expect(run([largest])).toEqual({ passed: largest, dropped: [] });
  expect(run([packet(MAX_BYTES - 2, 7)])).toEqual({ passed: Buffer.alloc(0), dropped: [MAX_BYTES - 2] });
});

test('what follows an oversized packet is read as usual', () => {
  const small = packet(2, 1);
  expect(run([packet(5_000, 9), small]).passed).toEqual(small);
});

test('the largest length that MQTT can declare costs nothing', () => {
  const { passed, dropped } = run([Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]), Buffer.alloc(100_000)]);
  expect(passed.length).toBe(0);
  expect(dropped).toEqual([268_435_455]);
});

test('law: however the bytes are cut, exactly the packets within the limit pass, in order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ bytes: fc.integer({ min: 0, max: 700 }), fill: fc.integer({ min: 0, max: 255 }) })),
      fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }),
      (packets, cuts) => {
        const all = packets.map(({ bytes, fill }) => packet(bytes, fill));
        const stream = Buffer.concat(all);
        const chunks: Buffer[] = [];
        for (let at = 0, n = 0; at < stream.length; n += 1) {
          const next = at + (cuts[n % cuts.length] ?? 1);
          chunks.push(stream.subarray(at, next));
          at = next;
        }
        const { passed, dropped } = run(chunks);
        expect(passed).toEqual(Buffer.concat(all.filter((one) => one.length <= MAX_BYTES)));
        expect(dropped.length).toBe(all.filter((one) => one.length > MAX_BYTES).length);
      },
    ),
  );
});
