import { describe, expect, it } from 'vitest';
import { originOfRegistry, parseRegistryChallenge, tokenUrl } from './registry.ts';

describe('what a registry asks for', () => {
  it.each([
    ['Basic realm="registry"', { scheme: 'basic', parameters: { realm: 'registry' } }],
    [
      'Bearer realm="https://auth.example/token",service="r,e"',
      { scheme: 'bearer', parameters: { realm: 'https://auth.example/token', service: 'r,e' } },
    ],
    ['Negotiate abc', null],
    [null, null],
  ])('%s', (header, expected) => expect(parseRegistryChallenge(header)).toEqual(expected));

  it.each([
    ['https://auth.example/token', 'registry.example', true],
    ['http://127.0.0.1:5001/token', '127.0.0.1:5000', true],
    ['http://auth.example/token', 'registry.example', false],
    ['http://127.0.0.1/token', 'registry.example', false],
    ['file:///etc/passwd', 'registry.example', false],
    ['', 'registry.example', false],
  ])('a token of %s for %s: %s', (realm, host, isAsked) => {
    const url = tokenUrl({ scheme: 'bearer', parameters: { realm, service: 's' } }, host, 'repository:a:pull');
    expect(url !== null).toBe(isAsked);
    if (url) expect(url.searchParams.get('scope')).toBe('repository:a:pull');
  });

  it('is reached without TLS on this machine only', () => {
    expect(originOfRegistry('127.0.0.1:5000')).toBe('http://127.0.0.1:5000');
    expect(originOfRegistry('localhost')).toBe('http://localhost');
    expect(originOfRegistry('127.0.0.1.evil.example')).toBe('https://127.0.0.1.evil.example');
  });
});
