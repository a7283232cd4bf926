import type { PublisherDocument } from '@wherry/protocol';
import { expect, test } from 'vitest';
import { releaseStanding } from './release-standing.ts';

const sha256 = 'a'.repeat(64);
const publisher = {
  signed: { targets: { 'default/hall/1.0.0.json': { length: 1, hashes: { sha256 } } } },
} as unknown as PublisherDocument;
const release = { digest: `sha256:${sha256}`, releaseCounter: 3 };

test('a release is named, revoked, or below the floor', () => {
  expect(releaseStanding(release, publisher, 3)).toBe('named');
  expect(releaseStanding(release, publisher, 4)).toBe('below_floor');
  expect(releaseStanding({ ...release, digest: `sha256:${'b'.repeat(64)}` }, publisher, 0)).toBe('revoked');
  expect(releaseStanding(release, null, 0)).toBe('revoked');
});
