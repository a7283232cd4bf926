import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '../testing/scratch-folder.ts';
import { readImageArchive } from './image-archive.ts';
import { readTar } from './tar.ts';

const CONFIG = JSON.stringify({ os: 'linux', architecture: 'arm64', config: {} });
const HEX = createHash('sha256').update(CONFIG).digest('hex');
const DOCKER = {
  'manifest.json': JSON.stringify([{ Config: `${HEX}.json`, RepoTags: ['a:1'], Layers: [] }]),
  [`${HEX}.json`]: CONFIG,
};

/** An archive made by the tar of this machine. */
function pack(files: Record<string, string>, ...flags: string[]): string {
  const folder = scratchFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, 'in', dirname(name)), { recursive: true });
    writeFileSync(join(folder, 'in', name), text);
  }
  const archive = join(folder, 'image.tar');
  execFileSync('tar', [
    '-cf',
    archive,
    ...flags,
    '-C',
    join(folder, 'in'),
    ...(flags.includes('.') ? [] : Object.keys(files)),
  ]);
  return archive;
}

function oci(config: string = CONFIG): Record<string, string> {
  const hex = createHash('sha256').update(config).digest('hex');
  const manifest = JSON.stringify({ schemaVersion: 2, config: { digest: `sha256:${hex}` }, layers: [] });
  const manifestHex = createHash('sha256').update(manifest).digest('hex');
  return {
    'oci-layout': '{"imageLayoutVersion":"1.0.0"}',
    'index.json': JSON.stringify({ schemaVersion: 2, manifests: [{ digest: `sha256:${manifestHex}` }] }),
    [`blobs/sha256/${manifestHex}`]: manifest,
    [`blobs/sha256/${hex}`]: config,
  };
}

describe('an archive of one image', () => {
  it.each([
    ['as docker save made it until version 24', () => pack(DOCKER)],
    [
      'as docker save makes it since',
      () => pack({ ...oci(), 'manifest.json': JSON.stringify([{ Config: `blobs/sha256/${HEX}` }]) }),
    ],
    ['as an OCI layout', () => pack(oci())],
    ['in the pax format', () => pack(oci(), '--format=pax')],
    ['in the old GNU format', () => pack(oci(), '--format=gnu')],
    ['in ustar', () => pack(oci(), '--format=ustar')],
  ])('%s', async (_, archive) => {
    expect(await readImageArchive(archive())).toEqual({
      ok: true,
      value: { imageId: `sha256:${HEX}`, platform: 'linux/arm64' },
    });
  });
});

describe('what is refused', () => {
  it.each([
    ['text', { file: 'hello'.repeat(400) }, 'invalid_body', /not a tar archive/],
    ['nothing', { file: '' }, 'invalid_body', /neither/],
  ])('%s', async (_, { file }, code, message) => {
    const path = join(scratchFolder(), 'x.tar');
    writeFileSync(path, file);
    expect(await readImageArchive(path)).toMatchObject({
      ok: false,
      problems: [{ code, message: expect.stringMatching(message) }],
    });
  });

  it.each([
    ['no image', () => pack({ 'readme.txt': 'hi' }), 'invalid_body'],
    [
      'two images',
      () => pack({ ...DOCKER, 'manifest.json': JSON.stringify([{ Config: 'a' }, { Config: 'b' }]) }),
      'invalid_body',
    ],
    [
      'a configuration that is not there',
      () => pack({ 'manifest.json': JSON.stringify([{ Config: 'a.json' }]) }),
      'invalid_body',
    ],
    [
      'a configuration that was changed',
      () => pack({ ...DOCKER, [`${HEX}.json`]: CONFIG.replace('arm64', 'amd64') }),
      'digest_mismatch',
    ],
    ['a manifest that is no JSON', () => pack({ 'manifest.json': '{' }), 'invalid_body'],
    ['a manifest of another form', () => pack({ 'manifest.json': '[null]' }), 'invalid_body'],
    ['an index of another form', () => pack({ 'index.json': '{"manifests":7}' }), 'invalid_body'],
    ['a configuration without a platform', () => pack(oci('{}')), 'invalid_body'],
    ['a compressed archive', () => pack(DOCKER, '-z'), 'invalid_body'],
  ])('%s', async (_, archive, code) => {
    expect(await readImageArchive(archive())).toMatchObject({ ok: false, problems: [{ code }] });
  });

  it('an archive cut off anywhere', async () => {
    const whole = readFileSync(pack(DOCKER));
    const path = join(scratchFolder(), 'cut.tar');
    for (const length of [100, 512, 600, 1024, 1500]) {
      writeFileSync(path, whole.subarray(0, length));
      expect(await readImageArchive(path)).toMatchObject({ ok: false, problems: [{ code: 'invalid_body' }] });
    }
  });
});

describe('entries', () => {
  it('keep names that are longer than a header, in every format', async () => {
    const long = `${'d'.repeat(90)}/${'f'.repeat(120)}`;
    for (const format of ['pax', 'gnu']) {
      const file = await open(pack({ [long]: 'content' }, `--format=${format}`));
      const names: string[] = [];
      for await (const entry of readTar(file)) names.push(entry.name);
      await file.close();
      expect(names).toEqual([long]);
    }
  });
});
