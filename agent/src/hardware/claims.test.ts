import { expect, it } from 'vitest';
import { checkWithoutHardware, HardwareClaims } from './claims.ts';
import { FakeHardware } from './fake/hardware.ts';
import { hardwareScript } from './fake/script.ts';

const SCRIPT = hardwareScript().parse({
  gpio: { led: { direction: 'out' }, button: { direction: 'in' }, relay: {} },
  i2c: { sensors: { 72: {} } },
  serial: { gps: {} },
});

function open() {
  const hardware = new FakeHardware(SCRIPT, { elapsedMs: () => 0 });
  return { hardware, claims: new HardwareClaims(hardware) };
}

const refused = (code: string) => ({ ok: false, problems: [{ code }] });

it.each([
  [{ gpio: { lamp: 'out' } }],
  [{ gpio: { led: 'in' } }],
  [{ gpio: { button: 'out' } }],
  [{ i2c: { other: [0x48] } }],
  [{ serial: ['modem'] }],
  [{ gpio: { led: 'out', constructor: 'in' } }],
] as const)('%j is missing', (grants) => {
  expect(open().claims.claim('app', grants)).toMatchObject(refused('hardware_missing'));
});

it('on a device without hardware everything is missing, and asking for none is fine', () => {
  expect(checkWithoutHardware('app', { serial: ['gps'] })).toMatchObject(refused('hardware_missing'));
  expect(checkWithoutHardware('app', { gpio: {} })).toMatchObject({ ok: true });
});

it.each([
  ['an output', { gpio: { relay: 'out' } }, { gpio: { relay: 'out' } }],
  ['an output that another reads', { gpio: { relay: 'out' } }, { gpio: { relay: 'in' } }],
  ['an input that another would drive', { gpio: { relay: 'in' } }, { gpio: { relay: 'out' } }],
  ['a serial device', { serial: ['gps'] }, { serial: ['gps'] }],
] as const)('%s belongs to one app, until it gives it back', (_, first, second) => {
  const { claims } = open();
  const held = claims.claim('first', first);
  expect(claims.claim('second', second)).toMatchObject(refused('hardware_busy'));
  if (held.ok) held.value.release();
  expect(claims.claim('second', second)).toMatchObject({ ok: true });
});

it('inputs and buses are shared, and two instances of one app share everything', () => {
  const { claims } = open();
  const all = { gpio: { led: 'out', button: 'in' }, i2c: { sensors: [0x48] }, serial: ['gps'] } as const;
  const [old, next] = [claims.claim('app', all), claims.claim('app', all)];
  expect([old.ok, next.ok]).toEqual([true, true]);
  expect(claims.claim('other', { gpio: { button: 'in' }, i2c: { sensors: [0x20] } }).ok).toBe(true);
  if (old.ok) old.value.release();
  expect(claims.claim('other', { serial: ['gps'] })).toMatchObject(refused('hardware_busy'));
});

it('everybody who watches an input sees each edge, kept between two looks', () => {
  const { hardware, claims } = open();
  const [one, two] = ['one', 'two'].map((app) => claims.claim(app, { gpio: { button: 'in' } }));
  if (!one?.ok || !two?.ok) throw new Error('both may look');
  expect([one.value.nextEdge('button', 'both'), two.value.nextEdge('button', 'both')]).toEqual([null, null]);
  for (const isActive of [true, false, true]) hardware.drive('button', isActive);
  expect([1, 2, 3, 4].map(() => one.value.nextEdge('button', 'both'))).toEqual(['rising', 'falling', 'rising', null]);
  one.value.release();
  expect(two.value.nextEdge('button', 'falling')).toBe('falling');
  expect(two.value.nextEdge('button', 'falling')).toBe(null);
});
