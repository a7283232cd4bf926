import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordedShell } from '../src/testing/recorded-shell.ts';
import { buildApp, claimDevice, type Running, type RunningServer, startAgent, startServer } from './fleet/processes.ts';
import { CREDENTIALS, type OciRegistry, registryMissing, startOciRegistry } from './oci-registry.ts';

/** What is looked at of a release. */
interface Shown {
  readonly payload: { readonly variants: readonly { readonly module: { readonly digest: string } }[] };
}

/** A manifest names a module by its place in a real registry: it is looked at and signed here, and a real device fetches it there. */
describe.skipIf(registryMissing() !== undefined)('a module in a registry', () => {
  const shell = recordedShell();
  const file = (path: string) => join(shell.folder, path);
  let registry: OciRegistry;
  let server: RunningServer;
  let agent: Running | undefined;
  let place: string;

  async function json<T>(...argv: string[]): Promise<T> {
    const { exitCode, out, err } = await shell.run('--json', ...argv);
    expect({ exitCode, err: exitCode === 0 ? '' : err }).toEqual({ exitCode: 0, err: '' });
    return JSON.parse(out) as T;
  }

  async function fails(...argv: string[]): Promise<string> {
    const { exitCode, err } = await shell.run('--json', ...argv);
    expect(exitCode).not.toBe(0);
    return JSON.parse(err).problems[0].code;
  }

  function describePulled(image: string): void {
    mkdirSync(file('pulled'), { recursive: true });
    const health = 'health: { after: 100ms, every: 200ms, failures: 2, soak: 500ms }';
    const variants = `variants: [{ wasm: { image: "${image}", abi: assemblyscript } }]`;
    writeFileSync(file('pulled/wherry.yaml'), `app: pulled\nversion: 1.0.0\n${variants}\n${health}\n`);
  }

  beforeAll(async () => {
    registry = await startOciRegistry('password');
    place = `${registry.host}/apps/hello`;
    mkdirSync(file('.docker'), { recursive: true });
    const auths = { [registry.host]: { auth: Buffer.from(CREDENTIALS).toString('base64') } };
    writeFileSync(file('.docker/config.json'), JSON.stringify({ auths }));
    server = await startServer(file('server'));
    await shell.run('login', '--server', server.origin, '--token', server.adminToken);
    await json('trust', 'init', '--app', 'hello', '--app', 'pulled', '--no-passphrase');
    const root = await shell.run('trust', 'root');
    writeFileSync(file('root.json'), root.out);
    await shell.run('init', 'hello');
    buildApp(file('hello'), 'hello');
  });
  afterAll(async () => {
    await agent?.stop();
    await server?.stop();
    await registry?.stop();
  });

  it('is refused when it is not there, or is not one', async () => {
    describePulled(`${place}@sha256:${'0'.repeat(64)}`);
    expect(await fails('publish', 'pulled')).toBe('not_found');
    describePulled(`${place}:latest`);
    expect(await fails('publish', 'pulled')).toBe('invalid_manifest');
  });

  it('is published by the digest of its layer, and a device that has it from nowhere else runs it', async () => {
    const { oci } = await json<{ oci: string }>('publish', 'hello', '--oci', `${place}:1.0.0`);
    const { payload: hello } = await json<Shown>('release', 'show', 'hello@0.1.0');
    const digest = hello.variants[0]?.module.digest ?? '';
    describePulled(oci);
    await json('publish', 'pulled');
    const { payload } = await json<Shown>('release', 'show', 'pulled@1.0.0');
    expect(payload).toMatchObject({ variants: [{ kind: 'wasm', module: { digest }, registry: place }] });

    const blob = digest.replace(':', '-');
    expect(readdirSync(file('server/blobs'))).toContain(blob);
    rmSync(file(`server/blobs/${blob}`));
    const { token } = await json<{ token: string }>('device', 'claim-token', '--device', 'pi-1');
    claimDevice(server.origin, token, file('root.json'), file('device'));
    const [username, password] = CREDENTIALS.split(':');
    const registries = [{ repository: place, username, password }];
    writeFileSync(file('device/agent.json'), JSON.stringify({ dockerSocket: false, downloads: { registries } }));
    agent = startAgent(file('device'));
    const watched = await shell.run('rollout', 'start', 'pulled@1.0.0', '--soak', '0s', '--watch');
    expect({ exitCode: watched.exitCode, out: watched.exitCode === 0 ? '' : watched.out }).toEqual({
      exitCode: 0,
      out: '',
    });
  });
});
