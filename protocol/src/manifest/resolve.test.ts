import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../canonical.ts';
import { type Manifest, parseManifest } from './parse.ts';
import { artifactsOf, release } from './release.ts';
import { resolveManifest } from './resolve.ts';

const DIGEST = `sha256:${'1'.repeat(64)}`;
const OTHER = `sha256:${'2'.repeat(64)}`;
const IMAGE_ID = `sha256:${'3'.repeat(64)}`;
const PINNED = `registry.example/a@sha256:${'4'.repeat(64)}`;

function manifest(): Manifest {
  const read = parseManifest({
    value: {
      app: 'hello',
      version: '0.1.0',
      variants: [
        { wasm: { module: 'a.wasm', abi: 'assemblyscript' } },
        { container: { archive: 'a.tar', platforms: ['linux/arm64'] } },
        { container: { image: PINNED, platforms: ['linux/amd64'] } },
      ],
    },
  });
  if (!read.ok) throw new Error(read.problems[0]?.message);
  return read.value;
}

const ARTIFACTS = new Map([
  [0, { digest: DIGEST, sizeBytes: 10 }],
  [1, { digest: OTHER, sizeBytes: 20, imageId: IMAGE_ID }],
]);

describe('resolving', () => {
  it('puts digests in the place of files and gives a valid release', () => {
    const resolved = resolveManifest(manifest(), { artifacts: ARTIFACTS, releaseCounter: 7, publishedAtMs: 1 });
    if (!resolved.ok) throw new Error(resolved.problems[0]?.message);
    expect(resolved.value.variants).toEqual([
      { kind: 'wasm', abi: 'assemblyscript', module: { digest: DIGEST, sizeBytes: 10 } },
      { kind: 'container', image: IMAGE_ID, archive: { digest: OTHER, sizeBytes: 20 }, platforms: ['linux/arm64'] },
      { kind: 'container', image: PINNED, platforms: ['linux/amd64'] },
    ]);
    expect(artifactsOf(resolved.value.variants).map((a) => a.digest)).toEqual([DIGEST, OTHER]);
    expect(release.parse(JSON.parse(canonicalJson(resolved.value)))).toEqual(resolved.value);
  });

  it.each([
    ['an artifact is missing', new Map([[0, { digest: DIGEST, sizeBytes: 10 }]]), 1],
    ['a module is missing', new Map([[1, { digest: OTHER, sizeBytes: 20, imageId: IMAGE_ID }]]), 1],
    ['an image has no id', new Map([...ARTIFACTS, [1, { digest: OTHER, sizeBytes: 20 }]]), 1],
    ['a digest is none', new Map([...ARTIFACTS, [0, { digest: 'sha256:xyz', sizeBytes: 20 }]]), 1],
    ['the counter is 0', ARTIFACTS, 0],
  ])('fails when %s', (_, artifacts, releaseCounter) => {
    expect(resolveManifest(manifest(), { artifacts, releaseCounter, publishedAtMs: 1 })).toMatchObject({
      ok: false,
      problems: [{ code: 'invalid_manifest' }],
    });
  });
});
