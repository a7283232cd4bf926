import type { Release } from '@wherry/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';
import { refuseUnseen } from './fit.ts';
import { cameUp, crashed, FRESH_HEALTH, hasFailed, probeFailed, probePassed, soakLeftMs } from './health/gate.ts';
import { factsOf, workloadOf } from './lifecycle/testing/states.ts';
import { plan } from './plan/plan.ts';
import { type Policy, refuseByPolicy } from './policy.ts';

/** The small decisions around the lifecycle. */

test('backoff stays below its ceiling, which doubles up to the cap', () => {
  const policy = { baseMs: 100, capMs: 1_000 };
  fc.assert(
    fc.property(fc.nat(10_000), fc.double({ min: 0, max: 0.999_999, noNaN: true }), (failures, random) => {
      const ms = backoffMs(failures, policy, random);
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(ms).toBeLessThan(Math.min(1_000, 100 * 2 ** Math.max(0, failures - 1)));
    }),
  );
});

test('probe failures count in a row, crashes add up, a failure begins the soak anew', () => {
  const policy = { afterMs: 0, everyMs: 10, failures: 3, soakMs: 100 };
  const up = cameUp(FRESH_HEALTH, 1_000);
  expect(soakLeftMs(up, policy, 1_040)).toBe(60);
  const flapping = probePassed(probeFailed(probeFailed(up)), 1_050);
  expect([hasFailed(flapping, policy), soakLeftMs(flapping, policy, 1_050)]).toEqual([false, 100]);
  const crashing = crashed(probePassed(cameUp(crashed(probePassed(cameUp(crashed(up), 2), 3)), 4), 5));
  expect(hasFailed(crashing, policy)).toBe(true);
});

test('a plan names what differs and what is to go', () => {
  const known = new Map([
    ['thermostat', workloadOf('a')],
    ['old', { ...workloadOf('b'), app: 'old' as never }],
  ]);
  expect(plan([workloadOf('a')], known)).toEqual({ change: [], remove: ['old'] });
  for (const other of [{ attempt: 2 }, { config: { ZONE: 'hall' } }, { rollback: true }])
    expect(plan([workloadOf('a', other)], known).change).toHaveLength(1);
});

test('a variant is refused unseen for its kind and its platform', () => {
  const [, container] = factsOf(1).variants;
  if (container === undefined) throw new Error('no container variant');
  const refused = (device: Parameters<typeof refuseUnseen>[1]) => refuseUnseen(container, device)?.code;
  expect(refused({ refused: {}, platform: 'linux/arm64' })).toBeUndefined();
  expect(refused({ refused: {}, platform: 'linux/arm64/v8' })).toBeUndefined();
  expect(refused({ refused: {}, platform: 'linux/amd64' })).toBe('wrong_platform');
  const denied = { code: 'capability_denied' as const, message: 'no' };
  expect(refused({ refused: { container: denied }, platform: 'linux/arm64' })).toBe('capability_denied');
});

test('a variant for one class of device is refused by all others', () => {
  const archive = { digest: `sha256:${'a'.repeat(64)}`, sizeBytes: 1 };
  const variant = { kind: 'agent', artifact: archive, platforms: null, target: 'rpi4' } as const;
  const by = (device: object) => refuseUnseen(variant, { refused: {}, platform: 'linux/arm64', ...device })?.code;
  expect([by({ target: 'rpi4' }), by({ target: 'x86-gateway' }), by({})]).toEqual([
    undefined,
    'wrong_platform',
    'wrong_platform',
  ]);
});

test('the policy of the device is above what is signed', () => {
  const policy: Policy = {
    memoryBytesMax: 100,
    cpuShareMax: 1,
    allowContainers: true,
    allowWasm: true,
    allowHttp: false,
    dataBytesMax: 10,
  };
  const asking = (limits: object, capabilities: object) =>
    refuseByPolicy(
      { limits: { memoryBytes: 100, cpuShare: 1, wallMs: 1, ...limits }, capabilities } as Release,
      policy,
    );
  expect(asking({}, {})).toBeNull();
  expect(asking({ memoryBytes: 101 }, {})?.code).toBe('memory_above_limit');
  expect(asking({ cpuShare: 2 }, {})?.code).toBe('limit_above_device');
  expect(asking({}, { dataBytes: 11 })?.code).toBe('limit_above_device');
  expect(asking({}, { http: { allow: [] } })?.code).toBe('capability_denied');
  // What it may use by default, and what the owner took away.
  for (const capabilities of [{ gpio: { led: 'out' } }, { i2c: { sensors: [72] } }, { serial: ['gps'] }])
    expect(asking({}, capabilities)).toBeNull();
  const closed = {
    ...policy,
    allowHttp: true,
    allowPrivateHttp: false,
    allowGpio: false,
    allowI2c: false,
    allowSerial: false,
  };
  const closedTo = (capabilities: object) =>
    refuseByPolicy({ limits: { memoryBytes: 1, cpuShare: 1, wallMs: 1 }, capabilities } as Release, closed)?.code;
  expect(closedTo({ http: { allow: [] } })).toBeUndefined();
  for (const capabilities of [
    { http: { allow: [], private: true } },
    { gpio: { led: 'out' } },
    { i2c: { sensors: [72] } },
    { serial: ['gps'] },
  ])
    expect(closedTo(capabilities)).toBe('capability_denied');
  expect(asking({}, { features: ['memory64'] })?.code).toBe('feature_refused');
  expect(
    refuseByPolicy(
      { limits: { memoryBytes: 1, cpuShare: 1, wallMs: 1 }, capabilities: { features: ['memory64'] } } as Release,
      { ...policy, allowFeatures: ['memory64'] },
    ),
  ).toBeNull();
});
