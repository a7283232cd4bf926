import { describe, expect, it } from 'vitest';
import { parseReference } from './reference.ts';

const HEX = 'ab'.repeat(32);

describe('a place in a registry', () => {
  it.each([
    ['registry.example/apps/hello:1.0.0', ['registry.example', 'apps/hello', '1.0.0', null]],
    ['oci://127.0.0.1:5000/hello', ['127.0.0.1:5000', 'hello', null, null]],
    [`localhost/a@sha256:${HEX}`, ['localhost', 'a', null, `sha256:${HEX}`]],
    [`registry:5000/a/b_c:tag@sha256:${HEX}`, ['registry:5000', 'a/b_c', 'tag', `sha256:${HEX}`]],
  ])('%s', (text, [host, repository, tag, digest]) => {
    expect(parseReference(text)).toEqual({ host, repository, tag, digest });
  });

  it.each([
    'hello',
    'hello:1.0',
    'library/hello',
    'registry.example/Hello',
    'registry.example/a@sha256:abc',
    'https://x.y/z',
    'x.y/../z',
    'x.y/a?b',
  ])('is not %s', (text) => expect(() => parseReference(text)).toThrow());
});
