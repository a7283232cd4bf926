import { expect, it } from 'vitest';
import { HardwareClaims } from '../../hardware/claims.ts';
import { FakeHardware } from '../../hardware/fake/hardware.ts';
import { hardwareScript } from '../../hardware/fake/script.ts';
import type { HardwareOperation } from '../../runner/hardware-messages.ts';
import { STATUS } from '../../runner/messages.ts';
import { serveHardware } from './hardware-calls.ts';

const SCRIPT = hardwareScript().parse({
  gpio: { led: { direction: 'out' }, button: { direction: 'in' }, secret: {} },
  i2c: { sensors: { 72: { 0: [0x19, 0x80] }, 80: { 0: [0xff] } } },
  serial: { gps: { sends: [{ text: 'hello' }] }, modem: {} },
});
const GRANTS = { gpio: { led: 'out', button: 'in' }, i2c: { sensors: [0x48, 0x49] }, serial: ['gps'] } as const;
const NOTHING = new Uint8Array(0);

function bench() {
  const hardware = new FakeHardware(SCRIPT, { elapsedMs: () => 0 });
  const claim = new HardwareClaims(hardware).claim('app', GRANTS);
  if (!claim.ok) throw new Error('the claim holds');
  const gone = new AbortController();
  const ask = (operation: HardwareOperation, tail: Uint8Array = NOTHING) =>
    serveHardware(operation, tail, claim.value, gone.signal);
  return { hardware, ask, gone };
}

const transaction = (
  address: number,
  operations: readonly { kind: 'read' | 'write'; bytes: number }[],
  bus = 'sensors',
) => ({ op: 'i2c_transaction', bus, address, operations }) as const;

it.each<[string, HardwareOperation]>([
  ['a pin of another', { op: 'gpio_read', pin: 'secret' }],
  ['a pin that is inherited', { op: 'gpio_read', pin: '__proto__' }],
  ['writing an input', { op: 'gpio_write', pin: 'button', isActive: true }],
  ['waiting for an output', { op: 'gpio_wait', pin: 'led', edge: 'both', timeoutMs: 0 }],
  ['another address on a granted bus', transaction(0x50, [{ kind: 'read', bytes: 1 }])],
  ['another bus', transaction(0x48, [{ kind: 'read', bytes: 1 }], 'other')],
  ['another serial device', { op: 'serial_write', device: 'modem' }],
  ['a path', { op: 'serial_open', device: '/dev/ttyS0', baud: 0 }],
])('%s is denied, and nothing happens', async (_, operation) => {
  const { ask, hardware } = bench();
  expect(await ask(operation)).toEqual({ status: STATUS.denied });
  expect(hardware.isActive('button')).toBe(false);
});

it('without a claim everything is denied', async () => {
  const denied = await serveHardware({ op: 'gpio_read', pin: 'led' }, NOTHING, null, new AbortController().signal);
  expect(denied).toEqual({ status: STATUS.denied });
});

it('reads, writes and waits', async () => {
  const { ask, hardware } = bench();
  expect(await ask({ op: 'gpio_write', pin: 'led', isActive: true })).toEqual({ status: STATUS.ok });
  expect([hardware.isActive('led'), await ask({ op: 'gpio_read', pin: 'led' })]).toEqual([true, { status: 1 }]);
  const wait = { op: 'gpio_wait', pin: 'button', edge: 'rising', timeoutMs: 60_000 } as const;
  expect(await ask({ ...wait, timeoutMs: 0 })).toEqual({ status: STATUS.timeout });
  const waiting = ask(wait);
  hardware.drive('button', true);
  expect(await waiting).toEqual({ status: 1 });
  hardware.drive('button', false);
  expect(await ask({ ...wait, edge: 'both' })).toEqual({ status: 2 });
});

it('a guest that is gone waits no longer', async () => {
  const { ask, gone } = bench();
  const waiting = ask({ op: 'gpio_wait', pin: 'button', edge: 'both', timeoutMs: 600_000 });
  gone.abort();
  expect(await waiting).toEqual({ status: STATUS.timeout });
});

it('a transaction gives what was read, and nobody at an address is told', async () => {
  const { ask } = bench();
  const both = [
    { kind: 'write', bytes: 1 },
    { kind: 'read', bytes: 2 },
  ] as const;
  const read = await ask(transaction(0x48, both), Uint8Array.of(0));
  expect({ ...read, tail: [...(read.tail ?? [])] }).toEqual({ status: 2, tail: [0x19, 0x80] });
  expect(await ask(transaction(0x49, both), Uint8Array.of(0))).toEqual({ status: STATUS.absent });
});

it.each([
  ['fewer bytes than it says', [{ kind: 'write', bytes: 2 }], 1],
  ['more bytes than it says', [{ kind: 'write', bytes: 1 }], 2],
  [
    'too many bytes',
    [
      { kind: 'read', bytes: 4_096 },
      { kind: 'read', bytes: 1 },
    ],
    0,
  ],
  ['no operation', [], 0],
] as const)('a transaction with %s is invalid', async (_, operations, tailBytes) => {
  expect(await bench().ask(transaction(0x48, operations), new Uint8Array(tailBytes))).toEqual({
    status: STATUS.invalid,
  });
});

it('serial bytes go both ways', async () => {
  const { ask } = bench();
  expect(await ask({ op: 'serial_open', device: 'gps', baud: 4_800 })).toEqual({ status: STATUS.ok });
  const read = await ask({ op: 'serial_read', device: 'gps', bytes: 64, timeoutMs: 0 });
  expect(Buffer.from(read.tail ?? []).toString()).toBe('hello');
  expect(await ask({ op: 'serial_read', device: 'gps', bytes: 64, timeoutMs: 0 })).toEqual({ status: STATUS.timeout });
  expect(await ask({ op: 'serial_write', device: 'gps' }, Uint8Array.of(1, 2))).toEqual({ status: 2 });
});
