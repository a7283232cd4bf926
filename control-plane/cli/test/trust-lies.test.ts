import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalBytes, type ReleaseView, type TrustDraft, type TrustState } from '@wherry/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../src/program.ts';
import { type RecordedShell, recordedShell } from '../src/testing/recorded-shell.ts';
import { type Liar, startLiar } from './fleet/liar.ts';
import { type RunningServer, startServer } from './fleet/processes.ts';

/** A control plane that lies about what no metadata says: numbers, releases that nobody names, and drafts made on its word. */
const shell = recordedShell();
let server: RunningServer;
let liar: Liar;

async function ok(own: RecordedShell, ...argv: string[]): Promise<string> {
  const { exitCode, out, err } = await own.run(...argv);
  expect({ exitCode, err: exitCode === 0 ? '' : err }).toMatchObject({ exitCode: 0, err: '' });
  return out;
}

async function codes(own: RecordedShell, ...argv: string[]): Promise<string[]> {
  const { exitCode, err } = await own.run('--json', ...argv);
  expect(exitCode).not.toBe(0);
  return JSON.parse(err).problems.map((problem: { code: string }) => problem.code);
}

function writeApp(own: RecordedShell, version: string): void {
  mkdirSync(join(own.folder, 'cam'), { recursive: true });
  writeFileSync(join(own.folder, 'cam/cam.wasm'), Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
  const variants = 'variants:\n  - wasm: { module: cam.wasm, abi: assemblyscript }\ntriggers:\n  - start\n';
  writeFileSync(join(own.folder, 'cam/wherry.yaml'), `app: cam\nversion: ${version}\n${variants}`);
}

async function publish(version: string, ...more: string[]): Promise<void> {
  writeApp(shell, version);
  await ok(shell, 'publish', 'cam', ...more);
}

/** Another machine of the same people, which knows their root and nothing that was signed with it since. */
function fresh(): RecordedShell {
  const own = recordedShell();
  cpSync(join(shell.folder, '.config'), join(own.folder, '.config'), { recursive: true });
  rmSync(join(own.folder, '.config/wherry/keys/repositories'), { recursive: true, force: true });
  return own;
}

const ask = async <T>(path: string): Promise<T> =>
  (await (
    await fetch(server.origin + path, { headers: { authorization: `Bearer ${server.adminToken}` } })
  ).json()) as T;
const state = () => ask<TrustState>('/api/v1/trust');
const signedTargets = async () =>
  Object.keys((await ask<{ signed: { targets: object } }>('/api/v1/trust/apps/cam')).signed.targets);
const show = async (version: string) =>
  JSON.parse(await ok(shell, '--json', 'release', 'show', `cam@${version}`)) as ReleaseView;
const isList = (path: string) => path.startsWith('/api/v1/releases?');
const numbered = (number: number) => (path: string, answer: { items: ReleaseView[] }) =>
  isList(path) ? { ...answer, items: answer.items.map((item) => ({ ...item, releaseCounter: number })) } : answer;

beforeAll(async () => {
  server = await startServer(join(shell.folder, 'server'));
  liar = await startLiar(server.origin);
  await ok(shell, 'login', '--server', liar.origin, '--token', server.adminToken);
  await ok(shell, 'trust', 'init', '--app', 'cam', '--no-passphrase');
  await publish('1.0.0');
  await publish('1.1.0');
});
afterEach(() => {
  liar.lie = null;
});
afterAll(async () => {
  await liar?.stop();
  await server?.stop();
});

describe('the number of a release', () => {
  it.each<[string, string, (path: string, answer: { items: ReleaseView[] }) => unknown]>([
    ['below what was signed', 'rollback_attack', numbered(0)],
    ['that was signed already', 'rollback_attack', numbered(1)],
    [
      'of an app without releases',
      'rollback_attack',
      (path, answer) => (isList(path) ? { ...answer, items: [] } : answer),
    ],
    ['far above', 'version_not_higher', numbered(1_000_000)],
  ])('%s is not signed', async (_, code, lie) => {
    const before = await signedTargets();
    liar.lie = lie;
    writeApp(shell, '9.9.9');
    expect(await codes(shell, 'publish', 'cam')).toEqual([code]);
    expect(await codes(shell, 'publish', 'cam', '--out', 'change.json')).toEqual([code]);
    expect(await signedTargets()).toEqual(before);
  });

  it('that a machine saw only in the role is not signed again either', async () => {
    const own = fresh();
    liar.lie = numbered(1);
    writeApp(own, '9.9.9');
    expect(await codes(own, 'publish', 'cam')).toEqual(['rollback_attack']);
  });
});

describe('a release that is vouched for', () => {
  const other = (version: string) => (path: string, answer: ReleaseView) => {
    if (path !== `/api/v1/releases/cam/${version}`) return answer;
    const payload = { ...answer.payload, limits: { ...answer.payload.limits, memoryBytes: 2 ** 30 } };
    const digest = `sha256:${createHash('sha256').update(canonicalBytes(payload)).digest('hex')}`;
    return { ...answer, payload, digest };
  };

  it('comes back without a question where it was seen signed, and only as the same bytes', async () => {
    await ok(shell, 'trust', 'revoke', 'cam@1.0.0');
    liar.lie = other('1.0.0');
    const { digest } = await show('1.0.0');
    for (const more of [[], ['--digest', digest]])
      expect(await codes(shell, 'trust', 'vouch', 'cam@1.0.0', ...more)).toEqual(['equivocation']);
    liar.lie = null;
    expect(await signedTargets()).not.toContain('default/cam/1.0.0.json');
    await ok(shell, 'trust', 'vouch', 'cam@1.0.0');
    expect(await signedTargets()).toContain('default/cam/1.0.0.json');
  });

  it('needs a look where it never was: its digest, or a person who says yes', async () => {
    const { digest } = await show('1.0.0');
    await ok(shell, 'trust', 'revoke', 'cam@1.0.0');
    const own = fresh();
    expect(await codes(own, 'trust', 'vouch', 'cam@1.0.0')).toEqual(['invalid_query']);
    liar.lie = other('1.0.0');
    expect(await codes(own, 'trust', 'vouch', 'cam@1.0.0', '--digest', digest)).toEqual(['digest_mismatch']);
    liar.lie = null;
    expect(await atTerminal(own, 'no\n', 'trust', 'vouch', 'cam@1.0.0')).toMatchObject({ exitCode: 1 });
    expect(await signedTargets()).not.toContain('default/cam/1.0.0.json');
    const { exitCode, said } = await atTerminal(own, 'yes\n', 'trust', 'vouch', 'cam@1.0.0');
    expect([exitCode, said]).toEqual([0, expect.stringContaining(digest)]);
    await ok(shell, 'trust', 'revoke', 'cam@1.0.0');
    await ok(fresh(), 'trust', 'vouch', 'cam@1.0.0', '--digest', digest);
    expect(await signedTargets()).toContain('default/cam/1.0.0.json');
  });
});

describe('a change that others are asked to sign', () => {
  const file = (name: string) => join(shell.folder, name);
  const draft = (): TrustDraft => JSON.parse(readFileSync(file('change.json'), 'utf8'));

  it('says what it does, and is not signed where it is not made on what was', async () => {
    await ok(shell, 'trust', 'revoke', 'cam@1.0.0');
    const older = (await state()).targets;
    await ok(shell, 'trust', 'floor', 'raise', 'cam', '1');
    writeApp(shell, '2.0.0');
    await ok(shell, 'publish', 'cam', '--out', 'change.json', '--keys', 'desk');
    const { base, documents, release } = draft();
    const [role, before, root] = [documents.publishers?.cam, base.publishers?.cam, base.root];
    if (!role || !before || !root || !release) throw new Error('the change has no role, none before it, or no release');
    const path = 'default/cam/1.1.0.json';
    const other = { ...role.signed.targets[path], hashes: { sha256: '0'.repeat(64) } };
    const named = (more: object) => ({ publishers: { cam: { ...role, signed: { ...role.signed, ...more } } } });
    const beginning = { root: null, targets: null };
    const rootOf = (version: number) => ({ signatures: [], signed: { ...root.signed, version } });
    const tampers: readonly [code: string, object][] = [
      ['equivocation', { documents: named({ targets: { [path]: other } }) }],
      ['equivocation', { documents: named({ targets: { [path]: other } }), base: { ...base, publishers: undefined } }],
      [
        'arbitrary_software',
        { base: { ...base, publishers: { cam: { ...before, signed: { ...before.signed, targets: {} } } } } },
      ],
      ['rollback_attack', { documents: named({ version: 1 }) }],
      ['rollback_attack', { base: { ...base, targets: older } }],
      ['rollback_attack', { base: beginning, documents: { root: rootOf(1) } }],
      ['root_gap', { base: beginning, documents: { root: rootOf(2) } }],
      ['release_disagrees', { release: Buffer.from('{}').toString('base64') }],
    ];
    for (const [code, patch] of tampers) {
      writeFileSync(file('forged.json'), JSON.stringify({ ...draft(), ...patch }));
      expect([await codes(shell, 'trust', 'sign', 'forged.json'), patch]).toEqual([[code], patch]);
    }
    const { err } = await shell.run('trust', 'sign', 'change.json');
    const digest = createHash('sha256').update(Buffer.from(release, 'base64')).digest('hex');
    expect(err).toContain(`cam@2.0.0 comes, number 3, sha256:${digest}`);
    expect(err).not.toContain('cam@1.1.0');
    await ok(shell, 'trust', 'import', 'change.json');
    expect(await signedTargets()).toContain('default/cam/2.0.0.json');
  });

  it('is held to the change before it, on a machine that knows nothing else', async () => {
    const own = recordedShell();
    cpSync(file('.config/wherry/keys/root.key'), join(own.folder, '.config/wherry/keys/root.key'));
    const older = (await state()).targets;
    await ok(shell, 'trust', 'floor', 'raise', 'cam', '2');
    await ok(shell, 'trust', 'export', 'change.json');
    const carry = (patch: object) =>
      writeFileSync(join(own.folder, 'change.json'), JSON.stringify({ ...draft(), ...patch }));
    carry({});
    await ok(own, 'trust', 'sign', 'change.json');
    carry({ base: { ...draft().base, targets: older } });
    expect(await codes(own, 'trust', 'sign', 'change.json')).toEqual(['rollback_attack']);
  });
});

it('a number far above is signed when a person says that it is right', async () => {
  liar.lie = numbered(5_000);
  await publish('3.0.0', '--accept-jump');
  liar.lie = null;
  expect(await show('3.0.0')).toMatchObject({ releaseCounter: 5_001 });
  await publish('3.0.1');
});

async function atTerminal(own: RecordedShell, typed: string, ...argv: string[]) {
  let said = '';
  const sink = { write: (text: string) => (said += text) };
  const terminal = { out: sink, err: sink, isInteractive: true };
  const input = (async function* () {
    yield Buffer.from(typed);
  })();
  return { exitCode: await runProgram(argv, { ...own, terminal, input }), said };
}
