import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerVariant } from '@wherry/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { WorkloadSpec } from '../port.ts';
import { connectEngine } from './client.ts';
import { ensureImage, type ImageIds } from './image.ts';

/** The answers of an engine whose images lie in containerd's store: `GET /images` knows manifests, and no configuration. */
const CONFIG = `sha256:${'c0'.repeat(32)}`;
const MANIFEST = `sha256:${'3a'.repeat(32)}`;
const OTHER = `sha256:${'07'.repeat(32)}`;

let folder: string;
let server: Server;
let images: Map<string, string[]>;
let loads: string[][];
let asked: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wherry-images-'));
  images = new Map();
  loads = [];
  asked = [];
  server = createServer(async (request, response) => {
    // An answer before the end of the archive would break the connection under the client.
    for await (const _ of request);
    const url = new URL(request.url ?? '', 'http://engine');
    asked.push(`${request.method} ${url.pathname}`);
    const json = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body));
    const name = decodeURIComponent(/^\/images\/(.+?)(\/json|\/tag)?$/.exec(url.pathname)?.[1] ?? '');
    const id = [...images].find(([own, tags]) => own === name || tags.includes(name))?.[0];
    if (url.pathname === '/images/json')
      return json(
        200,
        [...images].map(([Id, RepoTags]) => ({ Id, RepoTags })),
      );
    if (url.pathname === '/images/load') {
      const loaded = loads.shift() ?? [];
      for (const one of loaded) images.set(one, images.get(one) ?? []);
      return json(200, { stream: loaded.map((one) => `Loaded image ID: ${one}\n`).join('') });
    }
    if (id === undefined) return json(404, { message: `No such image: ${name}` });
    if (url.pathname.endsWith('/tag')) {
      images.get(id)?.push(`${url.searchParams.get('repo')}:${url.searchParams.get('tag')}`);
      return json(201, {});
    }
    if (request.method === 'DELETE') {
      images.delete(id);
      return json(200, []);
    }
    return json(200, {
      Id: id,
      RepoTags: images.get(id),
      RepoDigests: [],
      Os: 'linux',
      Architecture: 'amd64',
      Config: {},
    });
  });
  await new Promise<void>((resolve) => server.listen(join(folder, 'engine.sock'), resolve));
  writeFileSync(join(folder, 'archive.tar'), 'an archive that was verified');
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const variant = {
  kind: 'container',
  image: CONFIG,
  archive: { digest: OTHER, sizeBytes: 28 },
  platforms: ['linux/amd64'],
} as unknown as ContainerVariant;

function ensure(ids: ImageIds) {
  const client = connectEngine(join(folder, 'engine.sock'), { callMs: 5_000, awayMs: 5_000 });
  const spec = {
    app: 'box',
    release: { version: '1.0.0' },
    releaseDigest: `sha256:${'ab'.repeat(32)}`,
    artifactPath: join(folder, 'archive.tar'),
  } as unknown as WorkloadSpec;
  return ensureImage(client, 'default/pi-1', ids, spec, variant);
}

const inContainerd = (): ImageIds => ({ hasManifestIds: true, known: new Map() });
const loadsAsked = () => asked.filter((line) => line.endsWith('/images/load')).length;

it('takes the one image of a verified archive by the name that the engine gave it, and loads it once', async () => {
  loads = [[MANIFEST]];
  const ids = inContainerd();
  expect(await ensure(ids)).toMatchObject({ ok: true, value: { Id: MANIFEST } });
  expect(images.get(MANIFEST)?.[0]).toMatch(/^wherry\.local\//);
  expect(await ensure(ids)).toMatchObject({ ok: true, value: { Id: MANIFEST } });
  expect(loadsAsked()).toBe(1);
});

it('believes no name that was there before this agent: it loads again', async () => {
  loads = [[MANIFEST], [MANIFEST]];
  await ensure(inContainerd());
  expect(await ensure(inContainerd())).toMatchObject({ ok: true, value: { Id: MANIFEST } });
  expect(loadsAsked()).toBe(2);
});

it('loads again what the owner has removed', async () => {
  loads = [[MANIFEST], [MANIFEST]];
  const ids = inContainerd();
  await ensure(ids);
  images.clear();
  expect(await ensure(ids)).toMatchObject({ ok: true, value: { Id: MANIFEST } });
});

it('refuses an archive of two images, or of none, and keeps nothing of it', async () => {
  for (const loaded of [[MANIFEST, OTHER], []]) {
    loads = [loaded];
    expect(await ensure(inContainerd())).toMatchObject({ ok: false, problems: [{ code: 'digest_mismatch' }] });
    expect([...images.keys()]).toEqual([]);
  }
});

it('refuses another image in an engine that knows images by their configuration', async () => {
  loads = [[MANIFEST]];
  expect(await ensure({ hasManifestIds: false, known: new Map() })).toMatchObject({
    ok: false,
    problems: [{ code: 'digest_mismatch' }],
  });
});
