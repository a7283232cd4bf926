import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '../src/link/http-client.ts';
import { createDeviceHttp } from '../src/shell/device-http.ts';
import { type DownloadContext, download } from '../src/shell/download.ts';
import { createDeltaSizes } from '../src/shell/downloading/delta-sizes.ts';
import { createNearby } from '../src/shell/downloading/nearby.ts';
import { createSources } from '../src/shell/downloading/sources.ts';
import { createEffects } from '../src/shell/effects.ts';
import { type BlobStore, createBlobStore } from '../src/store/blob-store.ts';
import { type BlobPlace, openPlace } from './blob-places.ts';

/** Real places over real sockets: which of them a blob comes from, and that no place can make it anything else than what was signed. */
const KIB = 1024;
const client = createHttpClient();
let folder: string;
let effects: ReturnType<typeof createEffects>;
let store: BlobStore;
let places: BlobPlace[];
let counted: number;
let paced: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wherry-download-'));
  effects = createEffects();
  store = createBlobStore(join(folder, 'blobs'), effects);
  places = [];
  counted = 0;
  paced = 0;
});
afterEach(async () => {
  for (const place of places) await place.close();
  rmSync(folder, { recursive: true, force: true });
});

const digestOf = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

async function place(...blobs: readonly Buffer[]): Promise<BlobPlace> {
  const opened = await openPlace(new Map(blobs.map((bytes) => [digestOf(bytes), bytes])));
  places.push(opened);
  return opened;
}

const count = (_: string, bytes: number) => {
  counted += bytes;
};

interface Around {
  readonly origin: BlobPlace;
  readonly mirrors?: readonly BlobPlace[];
  readonly peers?: readonly BlobPlace[];
  readonly bases?: readonly string[];
  readonly registries?: { repository: string; username?: string; password?: string }[];
}

function contextOf({ origin, mirrors = [], peers = [], bases = [], registries = [] }: Around): DownloadContext {
  const identity = { tenant: 'default', device: 'pi-1', secret: 'of-pi-1', serverUrl: origin.url };
  const links = { count, flush: () => {} };
  const http = createDeviceHttp(identity as never, client, effects, links);
  const urls = (of: readonly { readonly url: string }[]) => of.map(({ url }) => url);
  const config = { mirrors: urls(mirrors), peers: urls(peers), registries };
  return {
    http,
    blobs: store,
    effects,
    sources: createSources(config, http, client, effects, links),
    bases: () => bases,
    refuse: () => null,
    deltaSizes: createDeltaSizes(() => 0),
    nearby: createNearby(peers, () => 0),
    pace: async (bytes) => {
      paced += bytes;
    },
  };
}

const wantedOf = (blob: Buffer) => ({ digest: digestOf(blob), sizeBytes: blob.length });

async function get(blob: Buffer, around: Around): Promise<string | null> {
  const problem = await download(wantedOf(blob), contextOf(around), new AbortController().signal);
  const isThere = store.verify(digestOf(blob), blob.length);
  expect(isThere).toBe(problem === null);
  return problem?.code ?? null;
}

function keep(bytes: Buffer): string {
  writeFileSync(store.path(digestOf(bytes)), bytes);
  return digestOf(bytes);
}

const cutAfter = (bytes: Buffer, length: number) => (_path: string, request: unknown, response: unknown) => {
  const { socket } = request as { socket: { destroySoon(): void } };
  const answer = response as import('node:http').ServerResponse;
  answer.writeHead(200, { 'content-length': bytes.length });
  answer.write(bytes.subarray(0, length), () => socket.destroySoon());
  return true;
};

describe('sources', () => {
  it('are asked in order: neighbours, mirrors, the control plane; none but it learns who asks', async () => {
    const blob = randomBytes(100 * KIB);
    const [origin, mirror, peer] = [await place(blob), await place(blob), await place(blob)];
    const authorizations: unknown[] = [];
    for (const one of [mirror, peer])
      one.answer = (_, request) => {
        authorizations.push(request.headers.authorization);
        return false;
      };
    expect(await get(blob, { origin, mirrors: [mirror], peers: [peer] })).toBeNull();
    expect([peer.sentBytes, mirror.sentBytes, origin.asked]).toEqual([blob.length, 0, []]);
    expect([counted, paced]).toEqual([0, 0]);
    store.remove(digestOf(blob));
    expect(await get(blob, { origin, mirrors: [mirror] })).toBeNull();
    expect([mirror.sentBytes, origin.asked]).toEqual([blob.length, []]);
    expect([counted, paced]).toEqual([blob.length, blob.length]);
    expect(authorizations).toEqual([undefined, undefined]);
  });

  it('that have nothing, are away, redirect or break are passed over', async () => {
    const blob = randomBytes(50 * KIB);
    const [origin, empty, away, broken, moved] = [
      await place(blob),
      await place(),
      await place(),
      await place(),
      await place(),
    ];
    await away.close();
    places.splice(places.indexOf(away), 1);
    broken.answer = (_, _request, response) => Boolean(response.writeHead(500).end());
    moved.answer = (_, _request, response) => Boolean(response.writeHead(302, { location: origin.url }).end());
    expect(await get(blob, { origin, peers: [away, empty], mirrors: [broken, moved] })).toBeNull();
    expect(origin.sentBytes).toBe(blob.length);
  });

  it('go on where the one before broke off', async () => {
    const blob = randomBytes(400 * KIB);
    const [origin, mirror] = [await place(blob), await place()];
    mirror.answer = cutAfter(blob, 300 * KIB);
    expect(await get(blob, { origin, mirrors: [mirror] })).toBeNull();
    expect(origin.sentBytes).toBe(100 * KIB);
  });

  it('that lie cost time and nothing else, also when they lie at the beginning only', async () => {
    const blob = randomBytes(200 * KIB);
    const [origin, liar, late] = [await place(blob), await place(), await place()];
    const lie = randomBytes(blob.length);
    liar.answer = (_, _request, response) => Boolean(response.end(lie));
    late.answer = cutAfter(lie, 100 * KIB);
    expect(await get(blob, { origin, mirrors: [liar, late] })).toBeNull();
    expect(origin.sentBytes).toBe(blob.length / 2 + blob.length);
  });

  it('that send more than was signed are cut off', async () => {
    const blob = randomBytes(64 * KIB);
    const origin = await place();
    origin.answer = (_, _request, response) => Boolean(response.end(Buffer.alloc(10_000 * KIB)));
    expect(await get(blob, { origin })).toBe('length_mismatch');
    expect(existsSync(store.partialPath(digestOf(blob)))).toBe(false);
  });

  it.each(['open', 'password', 'token'])('may be registries: %s', async (kind) => {
    const blob = randomBytes(50 * KIB);
    const [origin, registry, tokens] = [await place(), await place(blob), await place()];
    const basic = `Basic ${Buffer.from('pi:secret').toString('base64')}`;
    tokens.answer = (path, request, response) => {
      const isAsked = path.startsWith('/token?service=s&scope=repository:apps/hello:pull');
      const isRight = isAsked && request.headers.authorization === basic;
      return Boolean(response.writeHead(isRight ? 200 : 403).end(JSON.stringify({ token: 'of-the-day' })));
    };
    const challenge = kind === 'token' ? `Bearer realm="${tokens.url}/token",service="s"` : 'Basic realm="r"';
    registry.answer = (_, request, response) => {
      const wanted = { open: undefined, password: basic, token: 'Bearer of-the-day' }[kind];
      if (request.headers.authorization === wanted) return false;
      return Boolean(response.writeHead(401, { 'www-authenticate': challenge }).end());
    };
    const repository = `${new URL(registry.url).host}/apps/hello`;
    const registries = [kind === 'open' ? { repository } : { repository, username: 'pi', password: 'secret' }];
    expect(await get(blob, { origin, registries })).toBeNull();
    expect([registry.asked.at(-1), origin.asked]).toEqual([`GET /v2/apps/hello/blobs/${digestOf(blob)}`, []]);
    expect(counted).toBe(blob.length);
    store.remove(digestOf(blob));
    if (kind !== 'open') expect(await get(blob, { origin, registries: [{ repository }] })).toBe('download_failed');
  });

  it('other than the control plane cannot make a refusal final', async () => {
    const blob = randomBytes(KIB);
    const [origin, mirror] = [await place(), await place()];
    mirror.answer = (_, _request, response) => Boolean(response.writeHead(410).end());
    origin.answer = (_, _request, response) => Boolean(response.writeHead(503).end());
    const around = contextOf({ origin, mirrors: [mirror] });
    const ask = () => download(wantedOf(blob), around, new AbortController().signal);
    expect(await ask()).toMatchObject({ code: 'download_failed', isFinal: false });
    origin.answer = null;
    expect(await ask()).toMatchObject({ code: 'download_failed', isFinal: true });
  });
});

describe('a torn resume file', () => {
  it.each([
    ['holds other bytes', (blob: Buffer) => randomBytes(blob.length / 2)],
    ['is longer than the blob', (blob: Buffer) => Buffer.concat([blob, blob])],
    [
      'has its full length, but zeros at the end',
      (blob: Buffer) => Buffer.concat([blob.subarray(0, 1_000), Buffer.alloc(blob.length - 1_000)]),
    ],
    ['is empty', () => Buffer.alloc(0)],
  ])('that %s is found out', async (_, tear) => {
    const blob = randomBytes(100 * KIB);
    const origin = await place(blob);
    writeFileSync(store.partialPath(digestOf(blob)), tear(blob));
    expect(await get(blob, { origin })).toBeNull();
  });

  it('that holds the beginning is gone on from', async () => {
    const blob = randomBytes(100 * KIB);
    const origin = await place(blob);
    writeFileSync(store.partialPath(digestOf(blob)), blob.subarray(0, 90 * KIB));
    expect(await get(blob, { origin })).toBeNull();
    expect(origin.sentBytes).toBe(10 * KIB);
  });
});

describe('a delta', () => {
  const old = randomBytes(300 * KIB);
  const blob = Buffer.concat([old.subarray(0, 1_000), Buffer.from('a line'), old.subarray(1_000)]);
  const pack = (bytes: Buffer, dictionary: Buffer, windowLog = 20) =>
    zstdCompressSync(bytes, {
      dictionary,
      params: { [constants.ZSTD_c_windowLog]: windowLog, [constants.ZSTD_c_compressionLevel]: 19 },
    });

  async function originWith(delta: Buffer): Promise<BlobPlace> {
    const origin = await place(blob);
    origin.answer = (path, _request, response) => {
      if (!path.endsWith(`/blobs/${digestOf(blob)}/from/${digestOf(old)}`)) return false;
      response.writeHead(200, { 'content-length': delta.length }).end(delta);
      return true;
    };
    return origin;
  }

  it('is all that moves when the old version is here', async () => {
    const bases = [digestOf(randomBytes(1)), keep(old)];
    const origin = await originWith(pack(blob, old));
    expect(await get(blob, { origin, bases })).toBeNull();
    expect(origin.sentBytes).toBe(0);
    expect(counted).toBeLessThan(1_000);
    expect(paced).toBe(counted);
    expect(readFileSync(store.path(digestOf(old))).equals(old)).toBe(true);
  });

  it.each([
    ['leads elsewhere', () => pack(Buffer.concat([blob.subarray(0, -1), Buffer.from('!')]), old)],
    ['is cut short', () => pack(blob, old).subarray(0, -20)],
    ['is no zstd', () => randomBytes(500)],
    ['is made for another base', () => pack(blob, randomBytes(300 * KIB)).subarray(0, 5_000)],
    ['unpacks to far more than was signed', () => pack(Buffer.concat([blob, Buffer.alloc(50_000 * KIB)]), old)],
    ['asks for more memory than both have', () => pack(Buffer.concat([blob, Buffer.alloc(3_000 * KIB)]), old, 22)],
    ['is larger than the blob', () => randomBytes(blob.length + 1)],
    ['is empty', () => Buffer.alloc(0)],
  ])('that %s falls back to the whole blob', async (_, make) => {
    const origin = await originWith(make());
    expect(await get(blob, { origin, bases: [keep(old)] })).toBeNull();
    expect(origin.sentBytes).toBe(blob.length);
  });

  it('is not taken when less than it is missing of the blob itself', async () => {
    const delta = pack(blob, old);
    const origin = await originWith(delta);
    writeFileSync(store.partialPath(digestOf(blob)), blob.subarray(0, -50));
    expect(await get(blob, { origin, bases: [keep(old)] })).toBeNull();
    expect(origin.sentBytes).toBe(50);
  });

  it('is not taken when the old version has decayed', async () => {
    const base = keep(old);
    writeFileSync(store.path(base), randomBytes(old.length));
    const origin = await originWith(pack(blob, old));
    expect(await get(blob, { origin, bases: [base] })).toBeNull();
    expect(origin.sentBytes).toBe(blob.length);
  });

  it('is asked for only when a neighbour has nothing', async () => {
    const [origin, peer] = [await originWith(pack(blob, old)), await place(blob)];
    expect(await get(blob, { origin, peers: [peer], bases: [keep(old)] })).toBeNull();
    expect(origin.asked).toEqual([]);
  });
});
