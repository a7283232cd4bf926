import { type PublisherDocument, publisherDocument } from '@wherry/protocol';
import { describe, expect, it } from 'vitest';
import { checkSameRelease, digestKnown, entryOf, learn, namedBy } from './known-app.ts';

const hex = (letter: string) => letter.repeat(64);

function roleOf(
  ...releases: readonly (readonly [version: string, counter: number, letter: string])[]
): PublisherDocument {
  const targets = releases.map(([version, releaseCounter, letter]) => {
    const custom = { app: 'cam', version, releaseCounter, variants: [], capabilities: {}, limits: {}, config: {} };
    return [`acme/cam/${version}.json`, { length: 2, hashes: { sha256: hex(letter) }, custom }];
  });
  const head = { _type: 'targets', spec_version: '1.0.31', version: 1, expires: '2027-01-01T00:00:00Z' };
  return publisherDocument.parse({ signatures: [], signed: { ...head, targets: Object.fromEntries(targets) } });
}

describe('what a machine knows of an app', () => {
  it('is what verified roles have named, also after it was taken out', () => {
    const first = learn(undefined, roleOf(['1.0.0', 1, 'a'], ['1.1.0', 2, 'b']), false);
    const second = learn(first, roleOf(['1.0.0', 1, 'a']), false);
    expect(second).toEqual({ counter: 2, releases: { '1.0.0': `sha256:${hex('a')}`, '1.1.0': `sha256:${hex('b')}` } });
    expect(digestKnown(second, '1.1.0')).toBe(`sha256:${hex('b')}`);
    expect(digestKnown(second, 'constructor')).toBeNull();
  });

  it('is found by its name alone', () => {
    expect([entryOf({ cam: 1 }, 'cam'), entryOf({ cam: 1 }, 'constructor'), entryOf(undefined, 'cam')]).toEqual([
      1,
      undefined,
      undefined,
    ]);
    expect(learn(entryOf({}, 'constructor'), roleOf(['1.0.0', 1, 'a']), false).counter).toBe(1);
  });

  it('begins its numbers again under a control plane that was restored, and forgets no release', () => {
    const known = learn(undefined, roleOf(['1.0.0', 1, 'a'], ['1.1.0', 2, 'b']), false);
    const restored = learn(known, roleOf(['1.0.0', 1, 'a']), true);
    expect([restored.counter, Object.keys(restored.releases)]).toEqual([1, ['1.0.0', '1.1.0']]);
  });

  it('is bounded', () => {
    let known = learn(undefined, null, false);
    for (let round = 0; round < 6; round += 1)
      known = learn(
        known,
        roleOf(...Array.from({ length: 900 }, (_, at) => [`1.${round}.${at}`, 1, 'a'] as const)),
        false,
      );
    expect(Object.keys(known.releases).length).toBe(4_096);
    expect([digestKnown(known, '1.0.0'), digestKnown(known, '1.5.899')]).toEqual([null, `sha256:${hex('a')}`]);
  });

  it('lets no other bytes come under the name of a release', () => {
    const known = learn(undefined, roleOf(['1.0.0', 1, 'a']), false);
    const [same] = namedBy(roleOf(['1.0.0', 1, 'a']));
    const [other] = namedBy(roleOf(['1.0.0', 1, 'b']));
    const [unseen] = namedBy(roleOf(['1.1.0', 1, 'b']));
    if (!same || !other || !unseen) throw new Error('the role names nothing');
    expect([same, other, unseen].map((named) => checkSameRelease(known, 'cam', named))).toMatchObject([
      { ok: true },
      { ok: false, problems: [{ code: 'equivocation' }] },
      { ok: true },
    ]);
  });
});
