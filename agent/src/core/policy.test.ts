import type { Release } from '@wherry/protocol';
import { expect, it } from 'vitest';
import { type Policy, refuseByPolicy } from './policy.ts';
import { ALLOWS_ALL } from './testing/allows-all.ts';

function verdict(limits: Partial<Release['limits']>, policy: Partial<Policy>) {
  const release = { capabilities: {}, limits: { memoryBytes: 1e6, cpuShare: 1, wallMs: 2_000, ...limits } };
  return refuseByPolicy(release as Release, { ...ALLOWS_ALL, ...policy })?.code ?? null;
}

it.each([
  [{}, {}, null],
  [{ wallMs: 5_000 }, { wallMsMax: 5_000 }, null],
  [{ wallMs: 5_001 }, { wallMsMax: 5_000 }, 'limit_above_device'],
  [{ cpuTimeMs: 200 }, {}, null],
  [{ cpuTimeMs: 200 }, { cpuTimeMsMax: 200 }, null],
  [{ cpuTimeMs: 201 }, { cpuTimeMsMax: 200 }, 'limit_above_device'],
  // Without a limit of its own a release asks for all there is.
  [{}, { cpuTimeMsMax: 200 }, 'limit_above_device'],
])('limits %j on a device with %j: %s', (limits, policy, code) => {
  expect(verdict(limits, policy)).toBe(code);
});
