import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordedShell } from './testing/recorded-shell.ts';

describe('usage', () => {
  it.each([
    ['an unknown command', ['launch']],
    ['a missing argument', ['device', 'show']],
    ['an unknown option', ['status', '--force']],
    ['a bad duration', ['rollout', 'start', 'a@1.0.0', '--deadline', '15']],
    ['a bad count', ['rollout', 'start', 'a@1.0.0', '--max-failures', '-1']],
    ['a bad limit', ['device', 'ls', '--limit', '0']],
    ['a bad release name', ['rollout', 'start', 'thermostat']],
    [
      'a bad wave',
      ['rollout', 'start', 'a@1.0.0', '--wave', 'rest,1', '--server', 'http://127.0.0.1:1', '--token', 'x'],
    ],
    ['a wave that mixes sizes and a selector', ['rollout', 'plan', 'a@1.0.0', '--wave', '1,canary']],
    ['an approval of a wave that is not there', ['rollout', 'plan', 'a@1.0.0', '--approval', '4']],
    ['a bad pace', ['rollout', 'start', 'a@1.0.0', '--pace', 'fast']],
    ['a bad window', ['rollout', 'start', 'a@1.0.0', '--window', 'at night']],
    ['a time that is past', ['rollout', 'start', 'a@1.0.0', '--at', '2020-01-01']],
    ['a draft that is watched', ['rollout', 'start', 'a@1.0.0', '--draft', '--watch']],
    ['a window for downloads without a window', ['rollout', 'start', 'a@1.0.0', '--download-in-window']],
    ['a factor that is none', ['rollout', 'start', 'a@1.0.0', '--memory-factor', '1']],
    ['a forecast without a failure rate', ['rollout', 'simulate', 'a@1.0.0']],
    ['a forecast of more failures than devices', ['rollout', 'simulate', 'a@1.0.0', '--failure-rate', '120%']],
    ['an explanation of no device', ['rollout', 'explain', '01j00000000000000000000000', 'No Device']],
    [
      'an approval of wave 0',
      ['rollout', 'approve', '01j00000000000000000000000', '--wave', '0', '--server', 'x', '--token', 'x'],
    ],
    [
      'an update of nothing',
      ['rollout', 'update', '01j00000000000000000000000', '--server', 'http://x', '--token', 'x'],
    ],
    ['a bad selector', ['device', 'ls', 'site=']],
    ['a bad rollout id', ['rollout', 'pause', 'x']],
    ['a bad role', ['token', 'create', 'x', '--role', 'god']],
    ['a bad folder', ['run', 'a.wasm', '--dir', 'a::b::c']],
    ['a tenant with a bad name', ['tenant', 'add', 'Acme Inc']],
    ['a change of no rule', ['tenant', 'set']],
    ['a share that is none', ['tenant', 'set', '--approvals-above', '120%']],
    ['a key without a file', ['audit', 'verify', '--key', 'x']],
    ['a removal without --yes', ['device', 'rm', 'pi-1']],
    ['a role with two names', ['trust', 'key', 'revoke', 'x', '--role', 'root', '--app', 'y']],
    ['a login without a token', ['login', '--server', 'http://127.0.0.1:1']],
    ['a server that is no URL', ['status', '--server', 'ftp://x', '--token', 'x']],
    ['no command', []],
  ])('%s exits with 2 and says why', async (_, argv) => {
    const { exitCode, out, err } = await recordedShell().run(...argv);
    expect(exitCode).toBe(2);
    expect(err.length).toBeGreaterThan(10);
    expect(out).toBe('');
  });

  it.each([
    ['an unknown command', ['launch']],
    ['an unknown option', ['status', '--force']],
    ['a missing argument', ['device', 'show']],
    ['a bad limit', ['device', 'ls', '--limit', '0']],
    ['a group without a command', ['rollout']],
  ])('%s is a problem that programs read', async (_, argv) => {
    const { exitCode, out, err } = await recordedShell().run('--json', ...argv);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(JSON.parse(err)).toMatchObject({ problems: [{ code: 'invalid_query' }] });
  });

  it('shows no default where there is none', async () => {
    const { out } = await recordedShell().run('run', '--help');
    expect(out).not.toContain('[]');
    expect(out).toContain('16MiB');
  });

  it('shows the column of a mistake in a selector', async () => {
    const { err } = await recordedShell().run('--json', 'device', 'ls', 'a in (b');
    expect(JSON.parse(err)).toMatchObject({ problems: [{ code: 'invalid_selector', column: 8 }] });
  });

  it.each([
    ['--help'],
    ['rollout', 'start', '--help'],
    ['rollout', 'plan', '--help'],
    ['rollout', 'simulate', '--help'],
    ['rollout', 'explain', '--help'],
    ['--version'],
  ])('%s is no mistake', async (...argv) => {
    const { exitCode, out, err } = await recordedShell().run(...argv);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out.length).toBeGreaterThan(4);
  });
});

describe('without a control plane', () => {
  it('says how to log in', async () => {
    const { exitCode, err } = await recordedShell().run('device', 'ls');
    expect(exitCode).toBe(1);
    expect(err).toMatch(/wherry login .* \[unauthenticated\]/);
  });

  it('exits with 5 when the server does not answer', async () => {
    const port = await closedPort();
    const shell = recordedShell();
    const { exitCode, err } = await shell.run('login', '--server', `http://127.0.0.1:${port}`, '--token', 'wop1.x');
    expect(exitCode).toBe(5);
    expect(err).toMatch(/ECONNREFUSED.*\[unavailable\]/);
    expect(existsSync(join(shell.folder, '.config'))).toBe(false);
  });

  it.each([
    ['a page', 200, '<html>hello</html>'],
    ['JSON of another form', 200, '{"hello":"world"}'],
    ['a page of errors', 502, '<html>Bad gateway</html>'],
  ])('exits with 5 when another program answers: %s', async (_, status, body) => {
    const other = createHttpServer((_request, answer) => answer.writeHead(status).end(body));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const { exitCode, err } = await recordedShell().run('status', '--server', `127.0.0.1:${port}`, '--token', 'x');
    other.close();
    expect(exitCode).toBe(5);
    expect(err).toContain('[unavailable]');
  });

  it('does not take a damaged file of settings for no settings', async () => {
    const shell = recordedShell();
    mkdirSync(join(shell.folder, '.config/wherry'), { recursive: true });
    writeFileSync(join(shell.folder, '.config/wherry/config.json'), '{"server":');
    const { exitCode, err } = await shell.run('status');
    expect(exitCode).toBe(1);
    expect(err).toContain('damaged');
  });
});

describe('a file', () => {
  const shellWith = () => {
    const shell = recordedShell();
    writeFileSync(join(shell.folder, 'file'), '');
    return shell;
  };
  it.each([
    ['that is not there', 'not_found', ['audit', 'verify', 'nowhere']],
    ['that is a folder', 'not_found', ['audit', 'verify', '.']],
    ['below one that is no folder', 'unavailable', ['trust', 'key', 'new', 'k', '--keys', 'file', '--no-passphrase']],
    ['of an app below one that is no folder', 'unavailable', ['init', 'file/app']],
  ])('%s is a problem, and no fault of ours', async (_, code, argv) => {
    const { exitCode, err } = await shellWith().run('--json', ...argv);
    expect(exitCode).toBe(1);
    expect(JSON.parse(err)).toMatchObject({ problems: [{ code }] });
  });
});

describe('publish, before anything is sent', () => {
  const MANIFEST = 'app: hello\nversion: 0.1.0\nvariants:\n  - wasm: { module: hello.wasm, abi: assemblyscript }\n';
  async function publishing(files: Record<string, string | Uint8Array>) {
    const shell = recordedShell();
    for (const [name, content] of Object.entries(files)) writeFileSync(join(shell.folder, name), content);
    return shell.run('publish');
  }

  it('names the place of each mistake in the manifest', async () => {
    const { exitCode, err } = await publishing({ 'wherry.yaml': `${MANIFEST}limits:\n  memroy: 1MiB\n  cpu: 20\n` });
    expect(exitCode).toBe(1);
    expect(err.trim().split('\n')).toEqual([
      expect.stringMatching(/^error: wherry\.yaml:7:3: limits\.cpu: 20 has no unit.*\[invalid_quantity\]$/),
      expect.stringMatching(
        /^error: wherry\.yaml:6:3: limits\.memroy: unknown key; did you mean "memory"\? \[invalid_manifest\]$/,
      ),
    ]);
  });

  it.each([
    ['there is no manifest', {}, 'not_found'],
    ['the module is not built', { 'wherry.yaml': MANIFEST }, 'not_found'],
    ['the module is empty', { 'wherry.yaml': MANIFEST, 'hello.wasm': '' }, 'invalid_body'],
    ['the module is none', { 'wherry.yaml': MANIFEST, 'hello.wasm': 'hello' }, 'module_malformed'],
    ['the manifest is too large', { 'wherry.yaml': `# ${'x'.repeat(70_000)}\n` }, 'payload_too_large'],
  ])('refuses when %s', async (_, files, code) => {
    const { exitCode, err } = await publishing(files);
    expect(exitCode).toBe(1);
    expect(err).toContain(`[${code}]`);
  });
});

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
