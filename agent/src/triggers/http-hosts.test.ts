import { expect, test } from 'vitest';
import { refuseHost } from './http-hosts.ts';

const facts = {
  names: new Set(['localhost', 'pi-7', 'pi-7.local', 'kiosk.example']),
  isOwnAddress: (address: string) => address === '192.168.1.7' || address === 'fe80::7',
};

test.each([
  ['127.0.0.1:8080'],
  ['127.1.2.3'],
  ['localhost:8080'],
  ['[::1]:8080'],
  ['pi-7'],
  ['PI-7.local:80'],
  ['kiosk.example'],
  ['192.168.1.7:8080'],
  ['[fe80::7]'],
])('a request that names the device as %s is served', (host) => {
  expect(refuseHost({ host }, facts)).toBeNull();
  expect(refuseHost({ host, origin: `http://${host}` }, facts)).toBeNull();
});

test.each([
  [undefined],
  [''],
  ['evil.example'],
  ['127.evil.example'],
  ['localhost.evil.example'],
  ['192.168.1.8'],
  ['a@localhost'],
  ['localhost/x'],
  ['localhost?x'],
  ['::1'],
])('a request that names it as %s is not', (host) => {
  expect(refuseHost({ host }, facts)).toBe('host');
});

test.each([['http://evil.example'], ['null'], ['file://'], ['https://localhost.evil.example:1']])(
  'nor is one that a page of %s makes',
  (origin) => {
    expect(refuseHost({ host: 'localhost', origin }, facts)).toBe('origin');
  },
);
