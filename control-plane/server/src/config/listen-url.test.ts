import { expect, it } from 'vitest';
import { isLoopback, listenUrl, reachableUrl } from './listen-url.ts';

it('writes addresses as URLs do', () => {
  expect(listenUrl('mqtt', '::1', 1883)).toBe('mqtt://[::1]:1883');
  expect(listenUrl('http', '127.0.0.1', 80)).toBe('http://127.0.0.1:80');
});

it.each([
  ['mqtt://0.0.0.0:1883', 'http://fleet.example:8080/device/v1/claim', 'mqtt://fleet.example:1883'],
  ['mqtt://[::]:1883', 'http://[2001:db8::1]:8080/', 'mqtt://[2001:db8::1]:1883'],
  ['mqtt://10.0.0.5:1883', 'http://fleet.example/', 'mqtt://10.0.0.5:1883'],
  ['mqtts://broker.example', 'http://fleet.example/', 'mqtts://broker.example'],
])('%s as seen from %s', (url, request, expected) => expect(reachableUrl(url, request)).toBe(expected));

it('knows what stays on the machine', () => {
  expect(['127.0.0.1', '127.1.2.3', '::1', 'localhost'].every(isLoopback)).toBe(true);
  expect(['0.0.0.0', '::', '10.0.0.1', 'fleet.example'].some(isLoopback)).toBe(false);
});
