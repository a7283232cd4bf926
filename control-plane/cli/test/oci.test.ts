import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordedShell } from '../src/testing/recorded-shell.ts';
import { type RunningServer, startServer } from './fleet/processes.ts';
import { CREDENTIALS, type OciRegistry, type RegistryAuth, registryMissing, startOciRegistry } from './oci-registry.ts';

const AUTHS: readonly RegistryAuth[] = ['none', 'password', 'token'];
/** The smallest module: magic number and version. */
const MODULE = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, 2, 1, 0x78]);

/** What is looked at of a manifest or a configuration. */
interface Seen {
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string }[];
}

/** A release goes from one control plane through a real registry to another one, and is the same there. */
describe.skipIf(registryMissing() !== undefined)('releases in a registry', () => {
  const shell = recordedShell();
  const file = (path: string) => join(shell.folder, path);
  const registries = new Map<RegistryAuth, OciRegistry>();
  let first: RunningServer;
  let second: RunningServer;

  const hostOf = (auth: RegistryAuth) => registries.get(auth)?.host ?? '';
  const at = ({ origin, adminToken }: RunningServer) => ['--server', origin, '--token', adminToken];

  async function json<T>(...argv: string[]): Promise<T> {
    const { exitCode, out, err } = await shell.run('--json', ...argv);
    expect({ exitCode, err }).toMatchObject({ exitCode: 0 });
    return JSON.parse(out) as T;
  }

  async function fails(...argv: string[]): Promise<string> {
    const { exitCode, err } = await shell.run('--json', ...argv);
    expect(exitCode).not.toBe(0);
    return JSON.parse(err).problems[0].code;
  }

  function logIn(auths: Readonly<Record<string, string>>): void {
    const entries = Object.entries(auths).map(([host, given]) => [
      host,
      { auth: Buffer.from(given).toString('base64') },
    ]);
    mkdirSync(file('.docker'), { recursive: true });
    writeFileSync(file('.docker/config.json'), JSON.stringify({ auths: Object.fromEntries(entries) }));
  }

  function write(app: string): void {
    mkdirSync(file(app), { recursive: true });
    writeFileSync(file(`${app}/app.wasm`), Buffer.concat([MODULE, Buffer.from([0, 2, 1, app.charCodeAt(0)])]));
    writeFileSync(
      file(`${app}/wherry.yaml`),
      `app: ${app}\nversion: 1.0.0\nvariants: [{ wasm: { module: app.wasm, abi: assemblyscript } }]\n`,
    );
  }

  beforeAll(async () => {
    for (const auth of AUTHS) registries.set(auth, await startOciRegistry(auth));
    [first, second] = await Promise.all([startServer(file('first')), startServer(file('second'))]);
    const apps = [...AUTHS.map((auth) => `app-${auth}`), 'seen', 'other'].flatMap((app) => ['--app', app]);
    for (const server of [first, second]) await json('trust', 'init', ...apps, '--no-passphrase', ...at(server));
    logIn(Object.fromEntries(AUTHS.filter((auth) => auth !== 'none').map((auth) => [hostOf(auth), CREDENTIALS])));
  });
  afterAll(async () => {
    for (const running of [...registries.values(), first, second]) await running?.stop();
  });

  it.each(AUTHS)('are pushed, pulled by digest and published again; registry with %s', async (auth) => {
    const app = `app-${auth}`;
    write(app);
    const place = `${hostOf(auth)}/apps/${app}`;
    const published = await json<{ digest: string; oci: string }>(
      ...['publish', app, '--oci', `${place}:1.0.0`],
      ...at(first),
    );
    expect(published.oci).toMatch(new RegExp(`^${place}@sha256:[0-9a-f]{64}$`));
    const again = await json<{ digest: string }>('publish', `oci://${published.oci}`, ...at(second));
    expect(again.digest).toBe(published.digest);
    // Both control planes have the same release by the same publisher.
    expect(await json('release', 'show', `${app}@1.0.0`, ...at(second))).toMatchObject({ digest: published.digest });
  });

  it('are Wasm artifacts as others read them, with the release beside them', async () => {
    write('seen');
    const { oci } = await json<{ oci: string }>(
      ...['publish', 'seen', '--oci', `${hostOf('none')}/seen:latest`],
      ...at(first),
    );
    const read = async (path: string, accept: string) =>
      (await (await fetch(`http://${hostOf('none')}/v2/seen/${path}`, { headers: { accept } })).json()) as Seen;
    const manifest = await read('manifests/latest', 'application/vnd.oci.image.manifest.v1+json');
    expect(manifest).toMatchObject({
      config: { mediaType: 'application/vnd.wasm.config.v0+json' },
      layers: [{ mediaType: 'application/wasm', size: readFileSync(file('seen/app.wasm')).length }],
      annotations: { 'org.opencontainers.image.title': 'seen', 'org.opencontainers.image.version': '1.0.0' },
    });
    expect(manifest.layers).toHaveLength(1);
    expect(await read(`blobs/${manifest.config.digest}`, '*/*')).toEqual({
      architecture: 'wasm',
      os: 'wasip1',
      layerDigests: manifest.layers.map(({ digest }) => digest),
    });
    const tag = (oci.split('@')[1] ?? '').replace(':', '-');
    expect(await read(`manifests/${tag}`, 'application/vnd.oci.image.index.v1+json')).toMatchObject({
      manifests: [{ artifactType: 'application/vnd.wherry.release.v1' }],
    });
  });

  it('are refused with a code when something is not as it should be', async () => {
    write('other');
    const place = `${hostOf('none')}/apps/other`;
    const digest = `sha256:${'0'.repeat(64)}`;
    expect(await fails('publish', `oci://${place}@${digest}`, ...at(second))).toBe('not_found');
    expect((await shell.run('publish', `oci://${place}:1.0.0`, ...at(second))).exitCode).toBe(2);
    expect((await shell.run('publish', 'other', '--oci', 'other:1.0.0', ...at(first))).exitCode).toBe(2);
    for (const auth of ['password', 'token'] as const) {
      logIn({ [hostOf(auth)]: 'publisher:wrong' });
      const to = `${hostOf(auth)}/apps/other:1.0.0`;
      expect(await fails('publish', 'other', '--oci', to, ...at(first))).toBe('unauthenticated');
    }
    logIn({});
    expect(await fails('publish', 'other', '--oci', `${hostOf('password')}/a:1`, ...at(first))).toBe('unauthenticated');
    expect(await fails('publish', 'other', '--oci', '127.0.0.1:1/a:1', ...at(first))).toBe('unavailable');
    // Nothing of that was published.
    expect(await fails('release', 'show', 'other@1.0.0', ...at(first))).toBe('not_found');
  });
});
