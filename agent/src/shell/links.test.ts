import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore, type Store } from '../store/store.ts';
import { parseConfig } from './config.ts';
import { interfaceOfIpv4, interfaceOfIpv6 } from './default-route.ts';
import { createEffects } from './effects.ts';
import { expectOk } from './expect-ok.ts';
import { createLinks } from './links.ts';

const HEADER = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT';

test.each([
  ['none', `${HEADER}\neth0\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n`, null],
  ['one', `${HEADER}\neth0\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n`, 'eth0'],
  [
    'the lowest metric of those that are up',
    `${HEADER}\nwlan0\t00000000\t01\t0002\t0\t0\t1\t00000000\nwwan0\t00000000\t01\t0003\t0\t0\t700\t00000000\neth0\t00000000\t01\t0003\t0\t0\t100\t00000000`,
    'eth0',
  ],
])('default route: %s', (_, table, expected) => expect(interfaceOfIpv4(table)).toBe(expected));

test('default route of IPv6, without the ones that reject', () => {
  const zeros = '0'.repeat(32);
  const row = (flags: string, name: string) =>
    `${zeros} 00 ${zeros} 00 ${zeros} 00000064 00000001 00000000 ${flags} ${name}`;
  expect(interfaceOfIpv6([row('00200200', 'lo'), row('00000003', 'wwan0')].join('\n'))).toBe('wwan0');
  expect(interfaceOfIpv6(row('00000203', 'eth0'))).toBeNull();
});

let folder: string;
let store: Store;
let nowMs = Date.UTC(2026, 10, 21);
let uptimeMs = 0;
let name: string | null = 'wwan0';
const log = pino({ level: 'silent' });

const open = () => openStore({ folder, boot: 'b'.repeat(32), effects: createEffects(), nowMs: () => nowMs });
const linksOf = (links: unknown) => {
  const config = expectOk(parseConfig(JSON.stringify({ links }), 'test'));
  const clock = { nowMs: () => nowMs, uptimeMs: () => uptimeMs, random: () => 0 };
  return createLinks(config.links, store, clock, log, () => name);
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wherry-links-'));
  nowMs = Date.UTC(2026, 10, 21);
  uptimeMs = 0;
  name = 'wwan0';
  store = open();
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

test('bytes are counted by link, purpose and month, and survive a restart', () => {
  const budget = { metered: { interfaces: ['wwan*', 'ppp0'], bytesPerMonth: 1_000 } };
  const links = linksOf(budget);
  links.count('blob', 600);
  links.count('release', 100);
  expect(links.facts()).toEqual({ name: 'wwan0', isMetered: true, leftBytes: 300, renewsAtMs: Date.UTC(2026, 11, 1) });
  links.flush();
  store.close();
  store = open();
  expect(linksOf(budget).facts().leftBytes).toBe(300);
  nowMs = Date.UTC(2026, 11, 1);
  expect(linksOf(budget).facts().leftBytes).toBe(1_000);
});

test('another route is another link, seen a second later', () => {
  const links = linksOf({ metered: { interfaces: ['wwan0'], bytesPerMonth: 10 } });
  expect(links.facts().isMetered).toBe(true);
  name = 'eth0';
  expect(links.facts().isMetered).toBe(true);
  uptimeMs += 1_000;
  expect(links.facts()).toMatchObject({ name: 'eth0', isMetered: false, leftBytes: null });
});

test('without a word about interfaces every link is unmetered and free', () => {
  expect(linksOf({}).facts()).toMatchObject({ isMetered: false, leftBytes: null });
});
