import { describe, expect, it } from 'vitest';
import { isPublicAddress, literalAddress } from './address-policy.ts';
import { filterMatches, findHttpGrant, mayPublish } from './grants.ts';

describe('publishing', () => {
  it.each([
    ['a/b', 'a/b', true],
    ['a/+', 'a/b', true],
    ['a/+', 'a/b/c', false],
    ['a/#', 'a', true],
    ['a/#', 'a/b/c', true],
    ['#', 'x/y', true],
    ['+/b', 'a/b', true],
    ['a', 'a/b', false],
    ['a/b', 'a', false],
  ])('filter %s and topic %s: %s', (filter, topic, matches) => expect(filterMatches(filter, topic)).toBe(matches));

  it.each(['a/+', '#', '', '/a', 'a//b', '$SYS/x', 'a\u0000b', 'a/\n'])('a topic that is no plain topic: %j', (topic) =>
    expect(mayPublish({ mqtt: { publish: ['#'] } }, topic)).toBe(false),
  );

  it('without the grant nothing may be published', () => expect(mayPublish({}, 'a')).toBe(false));
});

describe('http grants', () => {
  const isGranted = (url: string, ...allow: string[]) => findHttpGrant({ http: { allow } }, new URL(url)) !== null;

  it.each([
    ['https://api.example.com/v1/x', 'https://api.example.com', true],
    ['https://api.example.com/v1/x', 'https://api.example.com/v1', true],
    ['https://api.example.com/v1', 'https://api.example.com/v1/', false],
    ['https://api.example.com/v10', 'https://api.example.com/v1', false],
    ['https://api.example.com/v1/../v2', 'https://api.example.com/v1', false],
    ['https://api.example.com/v1/%2e%2e/v2', 'https://api.example.com/v1', false],
    ['https://api.example.com.evil.example/', 'https://api.example.com', false],
    ['https://api.example.com:8443/', 'https://api.example.com', false],
    ['http://api.example.com/', 'https://api.example.com', false],
    ['https://user@api.example.com/', 'https://api.example.com', false],
  ])('%s under %s: %s', (url, allow, granted) => expect(isGranted(url, allow)).toBe(granted));
});

describe('addresses', () => {
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.0.1',
    '169.254.169.254',
    '172.31.0.1',
    '192.168.1.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    'fe80::1',
    'fc00::1',
    'fd12::1',
    'ff02::1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'not an address',
  ])('%s is not public', (address) => expect(isPublicAddress(address)).toBe(false));

  it.each(['1.1.1.1', '93.184.216.34', '2606:4700:4700::1111', '::ffff:1.1.1.1'])('%s is public', (address) =>
    expect(isPublicAddress(address)).toBe(true),
  );

  it('reads literal addresses as URLs write them', () => {
    expect(literalAddress('[::1]')).toBe('::1');
    expect(literalAddress(new URL('http://0x7f.1/').hostname)).toBe('127.0.0.1');
    expect(literalAddress('localhost')).toBeNull();
  });
});
