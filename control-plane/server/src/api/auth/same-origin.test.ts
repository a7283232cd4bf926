import { describe, expect, it } from 'vitest';
import { isForged } from './same-origin.ts';

const URL_OWN = 'http://fleet.example/api/v1/rollouts';

describe('forged requests', () => {
  it.each([
    ['GET', {}, false],
    ['HEAD', { origin: 'http://evil.example' }, false],
    ['POST', {}, true],
    ['POST', { origin: 'http://fleet.example' }, false],
    ['DELETE', { origin: 'http://evil.example' }, true],
    ['POST', { origin: 'null' }, true],
    ['POST', { origin: 'http://fleet.example.evil.example' }, true],
    ['POST', { 'sec-fetch-site': 'same-origin' }, false],
    ['POST', { 'sec-fetch-site': 'same-site', origin: 'http://fleet.example' }, true],
    ['POST', { 'sec-fetch-site': 'cross-site', origin: 'http://fleet.example' }, true],
    ['PATCH', { 'sec-fetch-site': 'none' }, true],
    ['POST', { host: 'fleet.example:8080', origin: 'http://fleet.example:8080' }, false],
  ])('%s %j: forged %s', (method, headers, expected) => {
    expect(isForged(method, new Headers(headers as Record<string, string>), URL_OWN)).toBe(expected);
  });
});
