import { expect, test } from 'vitest';
import { deltaBases } from './delta-base.ts';
import type { DeploymentRecord } from './lifecycle/state.ts';

const variant = (kind: 'wasm' | 'container', digest: string | null) => ({
  kind,
  artifact: digest === null ? null : { digest, sizeBytes: 1 },
  platforms: null,
});
type Variants = readonly ReturnType<typeof variant>[];

/** The parts of a record that are read. */
function record(target: Variants | null, good: Variants | null, variantAt = 0): DeploymentRecord {
  return {
    target: { facts: target === null ? null : { variants: target } },
    good: good === null ? null : { facts: { variants: good }, variantAt },
  } as unknown as DeploymentRecord;
}

const wasm = (digest: string) => variant('wasm', digest);

test.each([
  ['what runs', record([wasm('new')], [wasm('old')]), ['old']],
  ['what runs first', record([wasm('new')], [wasm('a'), wasm('b')], 1), ['b', 'a']],
  ['its own kind', record([wasm('new')], [variant('container', 'image'), wasm('old')]), ['old']],
  ['nothing of another kind', record([wasm('new')], [variant('container', 'image')]), []],
  ['nothing without a blob', record([variant('container', 'new')], [variant('container', null)]), []],
  ['nothing for the first release', record([wasm('new')], null), []],
  ['nothing for itself', record([wasm('new')], [wasm('new')]), []],
  ['nothing for what nobody wants', record([wasm('other')], [wasm('old')]), []],
  ['nothing before the release is known', record(null, [wasm('old')]), []],
])('%s', (_, given, expected) => {
  expect(deltaBases([record([wasm('unrelated')], [wasm('x')]), given], 'new')).toEqual(expected);
});
