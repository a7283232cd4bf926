import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { follow, readBundle } from '../src/claim/authorities.ts';
import { createHttpClient } from '../src/link/http-client.ts';
import { createEffects } from '../src/shell/effects.ts';
import { learnAuthorities } from '../src/shell/learn-authorities.ts';

/** Which authorities a device comes to believe, and which it does not, by certificates of OpenSSL and a control plane that lies. */
let folder: string;
const at = (name: string) => join(folder, name);
const pem = (name: string) => readFileSync(at(`${name}.pem`), 'utf8');
const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

function make(name: string, subject: string, key: readonly string[], more: readonly string[] = []): void {
  const files = ['-out', at(`${name}.pem`), '-days', '1', '-subj', `/CN=${subject}`];
  openssl('req', '-x509', ...key, ...files, ...more);
}
const anew = (name: string) => [...CURVE, '-keyout', at(`${name}.key`)];
const by = (name: string) => ['-CA', at(`${name}.pem`), '-CAkey', at(`${name}.key`)];
const names = (ca: string) => readBundle(ca).map(({ certificate }) => certificate.subject.replace('CN=', ''));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wherry-authorities-'));
  for (const name of ['a', 'b', 'c', 'stranger']) make(name, name, anew(name));
  make('a-to-b', 'b', ['-key', at('b.key')], by('a'));
  make('b-to-c', 'c', ['-key', at('c.key')], by('b'));
  make('stranger-to-b', 'b', ['-key', at('b.key')], by('stranger'));
  make('other-key', 'b', anew('other-key'), by('a'));
  make('other-name', 'x', ['-key', at('b.key')], by('a'));
  // What an authority signs for anybody: a device’s certificate with the name and the key of a would-be authority.
  make('leaf', 'b', ['-key', at('b.key')], [...by('a'), '-addext', 'basicConstraints=critical,CA:FALSE']);
  for (const name of ['a', 'b', 'stranger'])
    make(`server-${name}`, 'server', anew(`server-${name}`), [...by(name), '-addext', 'subjectAltName=IP:127.0.0.1']);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('authorities', () => {
  const followed = (...offered: string[]) =>
    names(
      follow(readBundle(pem('a')), readBundle(offered.map(pem).join('nothing\n')))
        .map((one) => one.pem)
        .join(''),
    );

  it('are followed over links, in whatever order they come', () => {
    expect(followed('b', 'a-to-b')).toEqual(['a', 'b']);
    expect(followed('b-to-c', 'c', 'a-to-b', 'b')).toEqual(['a', 'b', 'c']);
  });

  it.each([
    ['nothing links them', ['b']],
    ['a stranger links them', ['b', 'stranger', 'stranger-to-b']],
    ['the link is for another key', ['b', 'other-key']],
    ['the link is for another name', ['b', 'other-name']],
    ['the link is no authority’s certificate', ['b', 'leaf']],
    ['the link comes alone', ['a-to-b']],
    ['the chain has a gap', ['c', 'b-to-c']],
  ])('are not believed when %s', (_what, offered) => expect(followed(...offered)).toEqual(['a']));
});

describe('a look at the control plane', () => {
  const servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  /** Shows a certificate of one authority, and offers these. */
  async function serve(authority: string, ...offered: string[]): Promise<string> {
    const own = { key: readFileSync(at(`server-${authority}.key`)), cert: pem(`server-${authority}`) };
    const server = createServer(own, (_request, answer) => answer.end(offered.map(pem).join('')));
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async function look(serverUrl: string, believed: readonly string[], isVerified: boolean) {
    const home = mkdtempSync(join(folder, 'device-'));
    const ca = believed.map(pem).join('');
    const client = createHttpClient({ tls: () => ({ ca }) });
    try {
      const learned = await learnAuthorities(
        { folder: home, serverUrl, client, effects: createEffects() },
        { ca, cert: '', key: '' },
        isVerified,
      );
      const file = join(home, 'tls/authority.pem');
      const written = existsSync(file) ? names(readFileSync(file, 'utf8')) : null;
      return learned.ok ? { believes: names(learned.value.ca), written } : { code: learned.problems[0]?.code, written };
    } finally {
      client.close();
    }
  }

  it('brings the next authority in, and lets the first one go when it is gone there', async () => {
    expect(await look(await serve('a', 'a', 'b', 'a-to-b'), ['a'], true)).toEqual({
      believes: ['a', 'b'],
      written: ['a', 'b'],
    });
    expect(await look(await serve('b', 'b'), ['a', 'b'], true)).toEqual({ believes: ['b'], written: ['b'] });
  });

  it('changes nothing when there is nothing new', async () => {
    expect(await look(await serve('a', 'a'), ['a'], true)).toEqual({ believes: ['a'], written: null });
  });

  it('lets no authority go without which the control plane would not be found', async () => {
    expect(await look(await serve('a', 'b'), ['a', 'b'], true)).toEqual({ code: 'unavailable', written: null });
    expect(await look(await serve('a', 'stranger'), ['a'], true)).toEqual({ code: 'wrong_authority', written: null });
  });

  it('finds the control plane again that has switched meanwhile, and follows no stranger who says so', async () => {
    const switched = ['b', 'a', 'a-to-b'];
    expect(await look(await serve('b', ...switched), ['a'], true)).toEqual({ code: 'unavailable', written: null });
    expect(await look(await serve('b', ...switched), ['a'], false)).toEqual({
      believes: ['a', 'b'],
      written: ['a', 'b'],
    });
    expect(await look(await serve('stranger', 'stranger', 'a'), ['a'], false)).toEqual({
      believes: ['a'],
      written: null,
    });
    for (const offered of [['stranger'], ['stranger', 'b', 'stranger-to-b']])
      expect(await look(await serve('stranger', ...offered), ['a'], false)).toEqual({
        code: 'wrong_authority',
        written: null,
      });
  });

  it('lets nothing go on the word of one who was not verified', async () => {
    expect(await look(await serve('b', 'b', 'a-to-b', 'c', 'b-to-c'), ['a'], false)).toEqual({
      believes: ['a', 'b', 'c'],
      written: ['a', 'b', 'c'],
    });
  });

  it('reads no more than it can use', async () => {
    const endless = at('endless.pem');
    writeFileSync(endless, pem('b').repeat(200));
    expect(await look(await serve('a', 'endless'), ['a'], true)).toEqual({ code: 'unavailable', written: null });
  });
});
