import { createHash, createPublicKey, sign } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import {
  canonicalBytes,
  type PublisherDocument,
  type ReleaseView,
  type TrustDraft,
  type TrustState,
  tufSignedBytes,
} from '@wherry/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../src/program.ts';
import { readKeyFile } from '../src/trust/key-folder.ts';
import { rawPublicKey, tufKeyId } from '../src/trust/tuf-keys.ts';
import { anotherMachine, publishCam, writeCam } from './fleet/cam.ts';
import { type Liar, startLiar } from './fleet/liar.ts';
import { type Operator, seatOperator } from './fleet/operator.ts';
import { type RunningServer, startServer } from './fleet/processes.ts';

/** A control plane that lies about what no metadata says: numbers, releases that nobody names, and drafts made on its word. */
const operator = seatOperator();
const { ok, json, codes, file } = operator;
let server: RunningServer;
let liar: Liar;

const publish = (version: string, ...more: string[]) => publishCam(operator, version, ...more);
/** Knows their root, and nothing that was signed with it since. */
const fresh = () => anotherMachine(operator);

const ask = async <T>(path: string): Promise<T> =>
  (await (
    await fetch(server.origin + path, { headers: { authorization: `Bearer ${server.adminToken}` } })
  ).json()) as T;
const state = () => ask<TrustState>('/api/v1/trust');
const signedTargets = async () =>
  Object.keys((await ask<{ signed: { targets: object } }>('/api/v1/trust/apps/cam')).signed.targets);
const show = (version: string) => json<ReleaseView>('release', 'show', `cam@${version}`);
const isList = (path: string) => path.startsWith('/api/v1/releases?');
const numbered = (number: number) => (path: string, answer: { items: ReleaseView[] }) =>
  isList(path) ? { ...answer, items: answer.items.map((item) => ({ ...item, releaseCounter: number })) } : answer;

beforeAll(async () => {
  server = await startServer(file('server'));
  liar = await startLiar(server.origin);
  await ok('login', '--server', liar.origin, '--token', server.adminToken);
  await ok('trust', 'init', '--app', 'cam', '--no-passphrase');
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
    writeCam(operator, '9.9.9');
    expect(await codes('publish', 'cam')).toEqual([code]);
    expect(await codes('publish', 'cam', '--out', 'change.json')).toEqual([code]);
    expect(await signedTargets()).toEqual(before);
  });

  it('that a machine saw only in the role is not signed again either', async () => {
    const own = fresh();
    liar.lie = numbered(1);
    writeCam(own, '9.9.9');
    expect(await own.codes('publish', 'cam')).toEqual(['rollback_attack']);
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
    await ok('trust', 'revoke', 'cam@1.0.0');
    liar.lie = other('1.0.0');
    const { digest } = await show('1.0.0');
    for (const more of [[], ['--digest', digest]])
      expect(await codes('trust', 'vouch', 'cam@1.0.0', ...more)).toEqual(['equivocation']);
    liar.lie = null;
    expect(await signedTargets()).not.toContain('default/cam/1.0.0.json');
    await ok('trust', 'vouch', 'cam@1.0.0');
    expect(await signedTargets()).toContain('default/cam/1.0.0.json');
  });

  it('needs a look where it never was: its digest, or a person who says yes', async () => {
    const { digest } = await show('1.0.0');
    await ok('trust', 'revoke', 'cam@1.0.0');
    const own = fresh();
    expect(await own.codes('trust', 'vouch', 'cam@1.0.0')).toEqual(['invalid_query']);
    liar.lie = other('1.0.0');
    expect(await own.codes('trust', 'vouch', 'cam@1.0.0', '--digest', digest)).toEqual(['digest_mismatch']);
    liar.lie = null;
    expect(await atTerminal(own, 'no\n', 'trust', 'vouch', 'cam@1.0.0')).toMatchObject({ exitCode: 1 });
    expect(await signedTargets()).not.toContain('default/cam/1.0.0.json');
    const { exitCode, said } = await atTerminal(own, 'yes\n', 'trust', 'vouch', 'cam@1.0.0');
    expect([exitCode, said]).toEqual([0, expect.stringContaining(digest)]);
    await ok('trust', 'revoke', 'cam@1.0.0');
    await fresh().ok('trust', 'vouch', 'cam@1.0.0', '--digest', digest);
    expect(await signedTargets()).toContain('default/cam/1.0.0.json');
  });
});

describe('a release that comes again as other bytes, signed by a publisher', () => {
  it('is told by the audit as it is by who signs', async () => {
    const refusals = async () =>
      JSON.parse(await ok('--json', 'trust', 'audit')).refusals.map(({ code }: { code: string }) => code);
    const key = (await readKeyFile(file('.config/wherry/keys/publisher.key'))).open('');
    if (!key) throw new Error('the key of the publisher is sealed');
    const keyid = tufKeyId(rawPublicKey(createPublicKey(key)));
    expect(await refusals()).toEqual([]);
    liar.lie = (path, answer: PublisherDocument) => {
      if (path !== '/api/v1/trust/apps/cam') return answer;
      const { targets, version } = answer.signed;
      const other = { ...targets['default/cam/1.1.0.json'], hashes: { sha256: '0'.repeat(64) } };
      const more = { version: version + 1, targets: { ...targets, 'default/cam/1.1.0.json': other } };
      const signed = { ...answer.signed, ...more };
      return { signed, signatures: [{ keyid, sig: sign(null, tufSignedBytes(signed), key).toString('hex') }] };
    };
    expect(await refusals()).toEqual(['equivocation']);
    writeCam(operator, '9.9.9');
    expect(await codes('publish', 'cam')).toEqual(['equivocation']);
  });
});

describe('a change that others are asked to sign', () => {
  const draft = (): TrustDraft => JSON.parse(readFileSync(file('change.json'), 'utf8'));

  it('says what it does, and is not signed where it is not made on what was', async () => {
    await ok('trust', 'revoke', 'cam@1.0.0');
    const older = (await state()).targets;
    await ok('trust', 'floor', 'raise', 'cam', '1');
    writeCam(operator, '2.0.0');
    await ok('publish', 'cam', '--out', 'change.json', '--keys', 'desk');
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
      expect([await codes('trust', 'sign', 'forged.json'), patch]).toEqual([[code], patch]);
    }
    const { err } = await operator.shell.run('trust', 'sign', 'change.json');
    const digest = createHash('sha256').update(Buffer.from(release, 'base64')).digest('hex');
    expect(err).toContain(`cam@2.0.0 comes, number 3, sha256:${digest}`);
    expect(err).not.toContain('cam@1.1.0');
    let looks = 0;
    liar.lie = (path, answer) => {
      if (path === '/api/v1/trust') looks += 1;
      return answer;
    };
    await ok('trust', 'import', 'change.json');
    expect(looks).toBe(1);
    expect(await signedTargets()).toContain('default/cam/2.0.0.json');
  });

  it('is held to the change before it, on a machine that knows nothing else', async () => {
    const own = seatOperator();
    cpSync(file('.config/wherry/keys/root.key'), own.file('.config/wherry/keys/root.key'));
    const older = (await state()).targets;
    await ok('trust', 'floor', 'raise', 'cam', '2');
    await ok('trust', 'export', 'change.json');
    const carry = (patch: object) => writeFileSync(own.file('change.json'), JSON.stringify({ ...draft(), ...patch }));
    carry({});
    await own.ok('trust', 'sign', 'change.json');
    carry({ base: { ...draft().base, targets: older } });
    expect(await own.codes('trust', 'sign', 'change.json')).toEqual(['rollback_attack']);
  });
});

it('a number far above is signed when a person says that it is right', async () => {
  liar.lie = numbered(5_000);
  await publish('3.0.0', '--accept-jump');
  liar.lie = null;
  expect(await show('3.0.0')).toMatchObject({ releaseCounter: 5_001 });
  await publish('3.0.1');
});

async function atTerminal({ shell }: Operator, typed: string, ...argv: string[]) {
  let said = '';
  const sink = { write: (text: string) => (said += text) };
  const terminal = { out: sink, err: sink, isInteractive: true };
  const input = (async function* () {
    yield Buffer.from(typed);
  })();
  return { exitCode: await runProgram(argv, { ...shell, terminal, input }), said };
}
