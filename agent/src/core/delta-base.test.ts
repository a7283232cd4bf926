import { LIMITS } from '@wherry/protocol';
import { expect, test } from 'vitest';
import { deltaBases } from './delta-base.ts';
import type { DeploymentRecord } from './lifecycle/state.ts';

const variant = (kind: 'wasm' | 'container', digest: string | null, sizeBytes: number = LIMITS.deltaBytesMin) => ({
  kind,
  artifact: digest === null ? null : { digest, sizeBytes },
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

const wasm = (digest: string, sizeBytes?: number) => variant('wasm', digest, sizeBytes);

test.each([
  ['what runs', record([wasm('new')], [wasm('old')]), ['old']],
  ['what runs first', record([wasm('new')], [wasm('a'), wasm('b')], 1), ['b', 'a']],
  ['its own kind', record([wasm('new')], [variant('container', 'image'), wasm('old')]), ['old']],
  ['nothing of another kind', record([wasm('new')], [variant('container', 'image')]), []],
  ['nothing without a blob', record([variant('container', 'new')], [variant('container', null)]), []],
  ['nothing too small', record([wasm('new', LIMITS.deltaBytesMin - 1)], [wasm('old')]), []],
  ['nothing too large', record([wasm('new')], [wasm('old', LIMITS.deltaBytesMax + 1)]), []],
  ['what is small itself', record([wasm('new')], [wasm('old', 1)]), ['old']],
  ['nothing for the first release', record([wasm('new')], null), []],
  ['nothing for itself', record([wasm('new')], [wasm('new')]), []],
  ['nothing for what nobody wants', record([wasm('other')], [wasm('old')]), []],
  ['nothing before the release is known', record(null, [wasm('old')]), []],
])('%s', (_, given, expected) => {
  expect(deltaBases([record([wasm('unrelated')], [wasm('x')]), given], 'new')).toEqual(expected);
});
