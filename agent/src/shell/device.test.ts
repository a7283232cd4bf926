import { VARIANT_KINDS, type VariantKind } from '@wherry/protocol';
import { expect, it } from 'vitest';
import { refuseUnseen, type VariantFacts } from '../core/fit.ts';
import type { Policy } from '../core/policy.ts';
import { ALLOWS_ALL } from '../core/testing/allows-all.ts';
import { FakeRuntime } from '../runtimes/fake/runtime.ts';
import { createDevice } from './device.ts';
import { createEffects } from './effects.ts';

const OF_ANY: Omit<VariantFacts, 'kind'> = { artifact: null, platforms: null };

async function refusals(policy: Partial<Policy>, missing: readonly VariantKind[] = []) {
  const runtimes = VARIANT_KINDS.map((kind) => new FakeRuntime({ kind, isMissing: missing.includes(kind) }));
  const device = createDevice(runtimes, { ...ALLOWS_ALL, ...policy }, { platform: 'linux/arm64' }, createEffects());
  await device.refresh();
  const codes = VARIANT_KINDS.map((kind) => [kind, refuseUnseen({ ...OF_ANY, kind }, device.fit())?.code]);
  return Object.fromEntries(codes.filter(([, code]) => code !== undefined));
}

it.each<[Partial<Policy>, object]>([
  [{}, {}],
  [{ allowAgentUpdates: false }, { agent: 'capability_denied' }],
  [{ allowContainers: false }, { container: 'capability_denied' }],
  [{ allowWasm: false }, { wasm: 'capability_denied' }],
])('a device whose policy is %j refuses %j before anything is downloaded', async (policy, refused) => {
  expect(await refusals(policy)).toEqual(refused);
});

it('what the policy forbids is told as such, also where no runtime answers', async () => {
  expect(await refusals({ allowContainers: false }, ['container', 'agent'])).toEqual({
    container: 'capability_denied',
    agent: 'no_runtime',
  });
});
