import type { Manifest } from '@wherry/protocol';
import { expect, it } from 'vitest';
import { adviseOn } from './advice.ts';
import { parseManifestText } from './read-manifest.ts';

function advice(rest: string): string[] {
  const read = parseManifestText(`app: a\nversion: 1.0.0\n${rest}`);
  if (!read.ok) throw new Error(read.problems[0]?.message);
  return adviseOn(read.value satisfies Manifest);
}

const WASM = '  - wasm: { module: a.wasm, abi: wasi-p1 }\n';
const CONTAINER = '  - container: { archive: a.tar, platforms: [linux/arm64] }\n';

it.each([
  ['a module that starts', `variants:\n${WASM}`, []],
  ['a container that starts', `variants:\n${CONTAINER}`, []],
  [
    'a container beside triggers',
    `variants:\n${WASM}${CONTAINER}triggers:\n  - cron: "* * * * *"\n  - http: /x\n`,
    [/^variant 2 .*feature_refused/],
  ],
  ['a container probed without a port', `variants:\n${CONTAINER}health: { http: /healthz }\n`, [/feature_refused/]],
  [
    'a container held to addresses',
    `variants:\n${CONTAINER}capabilities: { http: { allow: [https://api.example.com] } }\n`,
    [/capability_denied/],
  ],
  ['a container probed with a port', `variants:\n${CONTAINER}health: { http: { path: /healthz, port: 80 } }\n`, []],
  ['a module probed where it does not listen', `variants:\n${WASM}health: { http: /healthz }\n`, [/no http trigger/]],
  [
    'a module probed where it listens',
    `variants:\n${WASM}triggers:\n  - http: /healthz\nhealth: { http: /healthz }\n`,
    [],
  ],
])('%s', (_, rest, expected) => {
  expect(advice(rest)).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
});
