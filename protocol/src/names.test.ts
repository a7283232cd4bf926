import { describe, expect, it } from 'vitest';
import { appName, deviceId, digest, keyId, rolloutId, version } from './names.ts';

describe('names', () => {
  it.each(['a', '0', 'pi-4', 'hall_1', 'a'.repeat(63)])('%j is one', (text) => {
    expect(appName.safeParse(text).success).toBe(true);
  });
  it.each(['', '-a', '_a', 'A', 'ä', 'a b', 'a/b', 'a.b', '..', '+', '#', 'a\0', 'a\n', 'a'.repeat(64)])(
    '%j is none',
    (text) => {
      expect(deviceId.safeParse(text).success).toBe(false);
    },
  );
});

describe('versions', () => {
  it.each(['0.0.0', '1.4.0', '10.20.30', '1.0.0-rc.1', '1.0.0-0a'])('%j is one', (text) => {
    expect(version.safeParse(text).success).toBe(true);
  });
  it.each([
    '1',
    '1.2',
    'v1.2.3',
    '01.2.3',
    '1.2.3+build',
    '1.2.3-',
    '1.2.3-a..b',
    '1.2.3 ',
    '1.2.3\n',
    `1.2.3-${'a'.repeat(64)}`,
  ])('%j is none', (text) => {
    expect(version.safeParse(text).success).toBe(false);
  });
});

describe('identities', () => {
  it.each([
    ['a digest in capitals', digest, `sha256:${'A'.repeat(64)}`],
    ['a digest that is short', digest, `sha256:${'a'.repeat(63)}`],
    ['a digest of another algorithm', digest, `sha512:${'a'.repeat(64)}`],
    ['a digest with a line end', digest, `sha256:${'a'.repeat(64)}\n`],
    ['a key id that is long', keyId, 'a'.repeat(33)],
    ['a rollout id with i, l, o or u', rolloutId, 'i'.repeat(26)],
  ])('%s is refused', (_, schema, text) => {
    expect(schema.safeParse(text).success).toBe(false);
  });
});
