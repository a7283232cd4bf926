import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type TrustState, tufSignedBytes } from '@wherry/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentSigners } from '../src/trust/ssh-agent.ts';
import { verifyRaw } from '../src/trust/tuf-keys.ts';
import { writeCam } from './fleet/cam.ts';
import { seatOperator } from './fleet/operator.ts';
import { type RunningServer, startServer } from './fleet/processes.ts';

/** The repository from its beginning to its drills, with the real server and the real commands. */
const operator = seatOperator();
const { ok, json, codes, file, shell } = operator;
let server: RunningServer;

const trust = async (): Promise<TrustState> =>
  (await (
    await fetch(`${server.origin}/api/v1/trust`, { headers: { authorization: `Bearer ${server.adminToken}` } })
  ).json()) as TrustState;
const versions = async () => Object.fromEntries((await trust()).roles.map(({ role, version }) => [role, version]));

/** What the app's role names, by version. */
async function named(): Promise<Record<string, unknown>> {
  const answer = await fetch(`${server.origin}/api/v1/trust/apps/cam`, {
    headers: { authorization: `Bearer ${server.adminToken}` },
  });
  const { signed } = (await answer.json()) as { signed: { targets: Record<string, unknown> } };
  return Object.fromEntries(
    Object.entries(signed.targets).map(([path, target]) => [path.split('/')[2]?.slice(0, -5), target]),
  );
}

beforeAll(async () => {
  server = await startServer(file('server'));
  shell.env.WHERRY_PASSPHRASE = 'correct horse';
  await ok('login', '--server', server.origin, '--token', server.adminToken);
});
afterAll(() => server.stop());

describe('one operator', () => {
  it('begins with one command; the keys are encrypted and for their owner only', async () => {
    expect(await codes('trust', 'root')).toEqual(['not_allowed_in_state']);
    await ok('trust', 'init', '--app', 'cam', '--keys', 'keys');
    for (const name of ['root', 'targets', 'publisher']) {
      expect(statSync(file(`keys/${name}.key`)).mode & 0o777).toBe(0o600);
      expect(JSON.parse(readFileSync(file(`keys/${name}.key`), 'utf8'))).not.toHaveProperty('plain');
    }
    expect(await versions()).toMatchObject({ root: 1, targets: expect.any(Number) });
    expect(JSON.parse(await ok('trust', 'root')).signed.version).toBe(1);
    expect(await codes('trust', 'init', '--keys', 'keys')).toEqual(['already_exists']);
  });

  it('a wrong passphrase signs nothing', async () => {
    const before = await versions();
    const wrong = { ...shell.env };
    shell.env.WHERRY_PASSPHRASE = 'wrong';
    expect(await codes('trust', 'floor', 'raise', 'cam', '1', '--keys', 'keys')).toEqual(['signature_missing']);
    Object.assign(shell.env, wrong);
    expect(await versions()).toEqual(before);
  });

  it('publishing names the release in the app’s role: both, or neither', async () => {
    writeCam(operator, '1.0.0');
    await ok('publish', 'cam', '--keys', 'keys');
    const first = (await versions())['pub.default.cam'];
    expect(first).toBeGreaterThan(0);
    writeCam(operator, '1.1.0');
    expect(await codes('publish', 'cam', '--keys', 'nowhere')).toContain('signature_missing');
    expect((await versions())['pub.default.cam']).toBe(first);
    expect(await codes('release', 'show', 'cam@1.1.0')).toEqual(['not_found']);
    await ok('publish', 'cam', '--keys', 'keys');
    expect((await versions())['pub.default.cam']).toBeGreaterThan(first ?? 0);
  });

  it('a release that waits for signatures is published with the last of them', async () => {
    writeCam(operator, '1.2.0');
    await ok('publish', 'cam', '--keys', 'nowhere', '--out', 'release.json');
    expect(await codes('trust', 'import', 'release.json')).toEqual(['signature_missing']);
    await ok('trust', 'sign', 'release.json', '--keys', 'keys');
    await ok('trust', 'import', 'release.json');
    expect(await json('release', 'show', 'cam@1.2.0')).toMatchObject({ releaseCounter: 3 });
  });

  it('publishers who are first at the same time both publish, and none takes the other’s release out', async () => {
    const publishers = ['2.0.0', '2.1.0'].map((version) => {
      const own = seatOperator();
      Object.assign(own.shell.env, shell.env, { HOME: shell.folder });
      writeCam(own, version);
      return own.shell;
    });
    const ends = await Promise.all(publishers.map((own) => own.run('publish', 'cam', '--keys', file('keys'))));
    expect(ends.map(({ exitCode, err }) => (exitCode === 0 ? 'ok' : err))).toEqual(['ok', 'ok']);
    const { items } = await json<{ items: { version: string }[] }>('release', 'ls');
    expect(items.map(({ version }) => version)).toEqual(expect.arrayContaining(['2.0.0', '2.1.0']));
    for (const version of ['1.0.0', '2.0.0', '2.1.0']) expect(Object.keys(await named())).toContain(version);
  });

  it('floors rise and never fall', async () => {
    await ok('trust', 'floor', 'raise', 'cam', '2', '--keys', 'keys');
    expect(await codes('trust', 'floor', 'raise', 'cam', '1', '--keys', 'keys')).toEqual(['rollback_attack']);
  });

  it('each key is rotated, and the one before signs nothing more', async () => {
    for (const [role, option] of [
      ['root', ['--role', 'root']],
      ['targets', ['--role', 'targets']],
      ['publisher', ['--app', 'cam']],
    ] as const) {
      await ok('trust', 'key', 'new', `${role}-2`, '--keys', 'keys', '--no-passphrase');
      await ok('trust', 'key', 'rotate', role, `${role}-2`, ...option, '--keys', 'keys');
      rmSync(file(`keys/${role}.key`));
    }
    expect(await versions()).toMatchObject({ root: 3 });
    await ok('trust', 'renew', '--keys', 'keys');
    expect(await versions()).toMatchObject({ root: 4 });
  });

  it('a release is revoked, a publisher too', async () => {
    await ok('trust', 'revoke', 'cam@1.0.0', '--keys', 'keys');
    expect(await codes('trust', 'revoke', 'cam@1.0.0', '--keys', 'keys')).toEqual(['not_found']);
    await ok('trust', 'key', 'revoke', 'publisher-2', '--app', 'cam', '--keys', 'keys');
    expect((await trust()).targets?.signed.delegations.roles).toEqual([]);
    expect(await codes('trust', 'vouch', 'cam@1.1.0', '--keys', 'keys')).toEqual(['outside_delegation']);
  });

  it('an app that was given up begins with nothing named for other keys; one more signer and a higher threshold keep what is', async () => {
    await ok('trust', 'key', 'new', 'publisher-3', '--keys', 'keys', '--no-passphrase');
    await ok('trust', 'delegate', 'cam', '--to', 'publisher-3', '--keys', 'keys');
    await ok('trust', 'vouch', 'cam@1.1.0', '--keys', 'keys');
    expect(Object.keys(await named())).toEqual(['1.1.0']);
    await ok('trust', 'delegate', 'cam', '--to', 'publisher-2', '--threshold', '2', '--keys', 'keys');
    expect(Object.keys(await named())).toEqual(['1.1.0']);
    await ok('trust', 'vouch', 'cam@1.2.0', '--keys', 'keys');
    for (const key of ['publisher-3', 'publisher-2'])
      await ok('trust', 'key', 'revoke', key, '--app', 'cam', '--keys', 'keys');
  });

  it('the audit says who can do what, and warns', async () => {
    const { roles, warnings } = await json<{ roles: { role: string }[]; warnings: string[] }>('trust', 'audit');
    expect(roles.map(({ role }) => role)).toEqual(['root', 'targets', 'snapshot', 'timestamp', 'director']);
    expect(warnings.length).toBeGreaterThan(0);
    expect(await ok('trust', 'audit')).toContain('thief');
  });
});

describe('two of three owners on machines of their own', () => {
  it('one signature is not enough, two are; a stranger’s counts for nothing', async () => {
    await server.stop();
    server = await startServer(file('production'));
    await ok('login', '--server', server.origin, '--token', server.adminToken);
    const publics: string[] = [];
    for (const owner of ['ann', 'bob', 'eve', 'stranger'])
      publics.push(
        (await json<{ public: string }>('trust', 'key', 'new', 'root', '--keys', owner, '--no-passphrase')).public,
      );
    const owners = publics.slice(0, 3).flatMap((key) => ['--root-key', key]);
    await ok('trust', 'init', ...owners, '--root-threshold', '2', '--keys', 'desk', '--out', 'begin.json');
    expect(await codes('trust', 'import', 'begin.json')).toEqual(['signature_missing']);
    await ok('trust', 'sign', 'begin.json', '--keys', 'ann');
    expect(await codes('trust', 'sign', 'begin.json', '--keys', 'ann')).toEqual(['signature_missing']);
    expect(await codes('trust', 'sign', 'begin.json', '--keys', 'stranger')).toEqual(['signature_missing']);
    expect(await codes('trust', 'import', 'begin.json')).toEqual(['signature_missing']);
    await ok('trust', 'sign', 'begin.json', '--keys', 'eve');
    await ok('trust', 'import', 'begin.json');
    expect(await versions()).toMatchObject({ root: 1, targets: expect.any(Number) });
    await ok('trust', 'export', 'next.json');
    const draft = JSON.parse(readFileSync(file('next.json'), 'utf8'));
    const changed = (change: object) => ({ ...draft, base: { ...draft.base, ...change } });
    const { root, targets } = draft.base;
    for (const forged of [
      changed({ root: { ...root, signed: { ...root.signed, expires: '2030-01-01T00:00:00Z' } } }),
      changed({ targets: { ...targets, signed: { ...targets.signed, version: targets.signed.version + 1 } } }),
    ]) {
      writeFileSync(file('forged.json'), JSON.stringify(forged));
      expect(await codes('trust', 'sign', 'forged.json', '--keys', 'bob')).toEqual(['arbitrary_software']);
    }
    for (const folder of ['bob', 'eve', 'desk']) await ok('trust', 'sign', 'next.json', '--keys', folder);
    await ok('trust', 'import', 'next.json');
    expect(await versions()).toMatchObject({ root: 2, targets: expect.any(Number) });
    expect(await codes('trust', 'import', 'next.json')).toEqual(['conflict']);
  });
});

describe('an SSH agent', () => {
  it('signs what TUF asks for', async () => {
    const socket = file('agent.sock');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      await new Promise((resolve) => agent.stdout.once('data', resolve));
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file('id')]);
      execFileSync('ssh-add', ['-q', file('id')], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      const [signer] = await agentSigners(socket);
      const message = tufSignedBytes({ a: 1 });
      const signature = Buffer.from((await signer?.sign(message)) ?? []).toString('hex');
      expect(verifyRaw(signer?.publicHex ?? '', message, signature)).toBe(true);
    } finally {
      agent.kill();
    }
  });
});
