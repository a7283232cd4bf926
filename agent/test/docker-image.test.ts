import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDockerRuntime } from '../src/runtimes/docker/runtime.ts';
import { ENGINES, missing, setUpContainers } from './container-stage.ts';
import { type ContainerImage, containerSpec, ownerOf } from './container-world.ts';
import { startRegistry } from './tiny-registry.ts';

const OTHER = `sha256:${'0'.repeat(64)}`;

describe.each(ENGINES.filter((engine) => missing(engine) === undefined))('images of containers, %s', (engine) => {
  const stage = setUpContainers({ engine });
  const owner = () => ownerOf(stage.engine.socketPath);
  const tags = async () => (await owner().listImages()).flatMap((image) => image.RepoTags ?? []).sort();
  const ids = async () => (await owner().listImages({ all: true })).map((image) => image.Id);

  it('are loaded from the verified archive, and kept under a tag of this device', async () => {
    expect(await stage.runtime.prepare(containerSpec(stage.plain))).toMatchObject({ ok: true });
    expect(await ids()).toEqual([stage.plain.imageId]);
    expect(await tags()).toEqual([expect.stringMatching(/^wherry\.local\/[0-9a-f]{16}:box\.abababababab$/)]);
  });

  it('are refused when the archive holds another image than the release names, and nothing of it stays', async () => {
    const other = stage.world.image(['--env', 'OTHER=1']);
    const before = [await ids(), await tags()];
    const refused = await stage.runtime.prepare(containerSpec(other, { image: OTHER }));
    expect(refused).toMatchObject({ ok: false, problems: [{ code: 'digest_mismatch' }] });
    expect([await ids(), await tags()]).toEqual(before);
  });

  it('that the owner has are not taken away when an archive holds them under a false name', async () => {
    const theirs = stage.world.image(['--env', 'THEIRS=1']);
    await stage.runtimeOf('default/other').prepare(containerSpec(theirs, { app: 'theirs' }));
    await owner().getImage(theirs.imageId).tag({ repo: 'owners.example/image', tag: 'latest' });
    await stage.runtimeOf('default/other').forgetExcept?.(new Set());
    const refused = await stage.runtime.prepare(containerSpec(theirs, { image: OTHER }));
    expect(refused).toMatchObject({ ok: false, problems: [{ code: 'digest_mismatch' }] });
    expect(await tags()).toContain('owners.example/image:latest');
  });

  it('are refused when the archive is cut short or is none', async () => {
    const bytes = readFileSync(stage.plain.archivePath);
    const image = stage.world.image(['--env', 'CUT=1']);
    for (const content of [bytes.subarray(0, 4_000), Buffer.from('this is no archive at all'), Buffer.alloc(0)]) {
      const archivePath = join(stage.world.dir, 'broken.tar');
      writeFileSync(archivePath, content);
      const refused = await stage.runtime.prepare(containerSpec({ ...image, archivePath }));
      expect(refused.ok, `${content.length} bytes`).toBe(false);
      expect(await ids()).not.toContain(image.imageId);
    }
  });

  it('are refused when they are for another platform than the release says', async () => {
    const arm: ContainerImage = stage.world.image(['--arch', 'arm64']);
    const spec = containerSpec(arm, { platforms: [stage.plain.platform] });
    expect(await stage.runtime.prepare(spec)).toMatchObject({ ok: false, problems: [{ code: 'wrong_platform' }] });
    expect(await ids()).not.toContain(arm.imageId);
  });

  it('are refused before they are touched when the engine cannot do what the release needs', async () => {
    const spec = (changes: Parameters<typeof containerSpec>[1]) =>
      stage.runtime.prepare(containerSpec(stage.plain, changes));
    const code = (problem: string) => ({ ok: false, problems: [{ code: problem }] });
    expect(await spec({ platforms: ['linux/s390x'] })).toMatchObject(code('wrong_platform'));
    expect(await spec({ limits: { cpuShare: 64 } })).toMatchObject(code('limit_above_device'));
    expect(await spec({ triggers: [{ on: 'http', path: '/', methods: ['GET'] }] })).toMatchObject(
      code('feature_refused'),
    );
    expect(await spec({ health: { http: { path: '/' } } })).toMatchObject(code('feature_refused'));
    const wasm = { kind: 'wasm', abi: 'wasi-p1', module: stage.plain.archive } as never;
    expect(await stage.runtime.prepare({ ...containerSpec(stage.plain), variant: wasm })).toMatchObject(
      code('no_runtime'),
    );
    const absent = { ...containerSpec(stage.plain, { image: OTHER }), artifactPath: null };
    expect(await stage.runtime.prepare(absent)).toMatchObject(code('blob_missing'));
  });

  it('are refused with the socket that was tried when no engine answers', async () => {
    const nobody = createDockerRuntime({ device: 'default/pi-7', socketPath: '/nowhere/docker.sock' });
    for (const outcome of [await nobody.probe(), await nobody.prepare(containerSpec(stage.plain))])
      expect(outcome).toMatchObject({
        ok: false,
        problems: [{ code: 'no_runtime', message: expect.stringContaining('/nowhere/docker.sock') }],
      });
    await expect(nobody.cleanUp()).resolves.toBeUndefined();
    await expect(nobody.forgetExcept?.(new Set())).resolves.toBeUndefined();
  });

  it('are pulled by digest, and refused when what comes is something else', async () => {
    const pulled = stage.world.image(['--env', 'PULLED=1']);
    const reference = (host: string) => `${host}/test/image@${pulled.manifestDigest}`;
    const spec = (host: string) => {
      const { variant, ...rest } = containerSpec(pulled, { app: 'pulled', image: reference(host) });
      if (variant.kind !== 'container') throw new Error('not a container');
      const { archive: _, ...byReference } = variant;
      return { ...rest, variant: byReference, artifactPath: null };
    };
    const damaged = await startRegistry(pulled.archivePath, pulled.manifestDigest, { isDamaged: true });
    expect(await stage.runtime.prepare(spec(damaged.host))).toMatchObject({
      ok: false,
      problems: [{ code: 'download_failed' }],
    });
    await damaged.close();
    expect(await ids()).not.toContain(pulled.imageId);

    const registry = await startRegistry(pulled.archivePath, pulled.manifestDigest);
    expect(await stage.runtime.prepare(spec(registry.host))).toMatchObject({ ok: true });
    await registry.close();
    expect(await ids()).toContain(pulled.imageId);
    // It is here now: neither another preparation nor a start asks the registry again.
    const { instance } = await stage.start(spec(registry.host));
    expect(await instance.probe()).toMatchObject({ ok: true });
    // Podman finds an image that it has by its digest, whatever registry is named.
    expect(await stage.runtime.prepare(spec('127.0.0.1:1'))).toMatchObject(
      engine === 'podman' ? { ok: true } : { ok: false, problems: [{ code: 'download_failed' }] },
    );
  });

  it('are let go with the releases that nobody needs, by each device for itself', async () => {
    const [first, second] = [`sha256:${'1'.repeat(64)}`, `sha256:${'2'.repeat(64)}`];
    const neighbour = stage.runtimeOf('default/neighbour');
    const image = stage.world.image(['--env', 'SHARED=1']);
    const spec = (releaseDigest: string) => containerSpec(image, { app: 'shared', releaseDigest });
    await stage.runtime.prepare(spec(first));
    await stage.runtime.prepare(spec(second));
    await neighbour.prepare(spec(first));
    const shared = async () => (await tags()).filter((tag) => tag.includes(':shared.'));
    expect(await shared()).toHaveLength(3);
    await stage.runtime.forgetExcept?.(new Set([second]));
    expect((await shared()).filter((tag) => tag.endsWith('.111111111111'))).toHaveLength(1);
    await stage.runtime.forgetExcept?.(new Set());
    expect(await ids()).toContain(image.imageId);
    await neighbour.forgetExcept?.(new Set());
    expect(await ids()).not.toContain(image.imageId);
  });
});
