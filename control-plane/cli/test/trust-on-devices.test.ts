import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import {
  createEffects,
  createHttpSource,
  createTufReleases,
  createUpdater,
  openGenerations,
} from '@wherry/agent/trust';
import { type ClaimResponse, PATHS, type ReleaseView, succeed } from '@wherry/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeCam } from './fleet/cam.ts';
import { seatOperator } from './fleet/operator.ts';
import { type RunningServer, startServer } from './fleet/processes.ts';

/**
 * What a device's own updater makes of what the commands sign and the control plane serves: one device with one factory root, through
 * publishing, rotation of every key, revocation, a floor, and a control plane restored from an older copy.
 */
const operator = seatOperator();
const { ok, json, file, shell } = operator;
const never = new AbortController().signal;
let server: RunningServer;
let factoryRoot: Buffer;
let identity: ClaimResponse;
let claimToken: string;

async function publish(version: string): Promise<ReleaseView> {
  writeCam(operator, version, 'limits: { cpu: 25% }\n');
  return json('publish', 'cam');
}

/** The device's verdict on a release that its director wants: `ok`, or the code. Its disk stays from call to call. */
async function verdict({ app, version, digest }: ReleaseView): Promise<string> {
  const headers = { authorization: `Bearer ${identity.tenant}/${identity.device}:${identity.secret}` };
  const effects = createEffects();
  const releases = createTufReleases({
    updater: createUpdater({
      factoryRoot,
      generations: openGenerations(file('device'), effects),
      source: createHttpSource(`${server.origin}${PATHS.deviceTuf('')}`, effects, headers),
      nowMs: Date.now,
    }),
    tenant: identity.tenant,
    deviceTarget: 'test-board',
    payloads: { read: () => null, write: () => {} },
    async fetchPayload({ name }) {
      const answer = await fetch(`${server.origin}${PATHS.deviceRelease(name)}`, { headers });
      return succeed(new Uint8Array(await answer.arrayBuffer()));
    },
    inUse: () => [],
  });
  const fetched = await releases.fetch({ app, version, digest }, never);
  return fetched.ok ? 'ok' : (fetched.problems[0]?.code ?? 'none');
}

async function restartOver(folder: string): Promise<void> {
  const { http, mqtt } = server.ready;
  await server.stop();
  const place = (url: string) => new URL(url).host;
  server = await startServer(file(folder), place(http), place(mqtt));
}

beforeAll(async () => {
  server = await startServer(file('server'));
  Object.assign(shell.env, { WHERRY_KEYS: file('keys') });
  await ok('login', '--server', server.origin, '--token', server.adminToken);
  await ok('trust', 'init', '--app', 'cam', '--no-passphrase');
  factoryRoot = Buffer.from(await ok('trust', 'root'));
  const { token } = await json<{ token: string }>('device', 'claim-token');
  claimToken = token;
  const reportKey = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const body = { token, target: 'test-board', arch: 'arm64', reportKey, boot: randomBytes(16).toString('hex') };
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  identity = (await (await fetch(`${server.origin}${PATHS.claim}`, init)).json()) as ClaimResponse;
});
afterAll(() => server.stop());

it('is served the files of its tenant: those with a version for ever, the timestamp anew each time', async () => {
  const url = (name: string) => `${server.origin}${PATHS.deviceTuf(name)}`;
  const authorization = `Bearer ${identity.tenant}/${identity.device}:${identity.secret}`;
  expect((await fetch(url('1.root.json'))).status).toBe(401);
  for (const [name, caching] of [
    ['1.root.json', /immutable/],
    ['timestamp.json', /no-cache/],
  ] as const) {
    const answer = await fetch(url(name), { headers: { authorization } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toMatch(caching);
    const tag = answer.headers.get('etag') ?? '';
    const again = await fetch(url(name), { headers: { authorization, 'if-none-match': tag } });
    expect(again.status).toBe(304);
  }
  for (const name of ['2.root.json', 'root.json', '1.timestamp.json', '..%2f1.root.json'])
    expect((await fetch(url(name), { headers: { authorization } })).status).toBe(404);
});

it('has a control plane whose database holds no token, no secret and no key', () => {
  const files = ['wherry.db', 'wherry.db-wal'].map((name) => file(`server/${name}`)).filter(existsSync);
  const stored = files.map((path) => readFileSync(path, 'latin1')).join('');
  expect(stored).toContain(identity.device);
  const keys = readdirSync(file('server')).filter((name) => name.endsWith('-key.pem'));
  expect(keys).toEqual(expect.arrayContaining(['director-key.pem', 'snapshot-key.pem', 'timestamp-key.pem']));
  const bodies = keys.map((name) => readFileSync(file(`server/${name}`), 'utf8').split('\n')[1] ?? '');
  const [, claimSecret = ''] = Buffer.from(claimToken.slice('wct1.'.length), 'base64url').toString().split('|');
  const adminSecret = server.adminToken.slice('wop1.'.length);
  for (const secret of [adminSecret, claimSecret, identity.secret ?? '', ...bodies]) {
    expect(secret.length).toBeGreaterThan(20);
    expect(stored).not.toContain(secret);
  }
});

it('takes what a publisher signed, after every key was rotated too', async () => {
  const first = await publish('1.0.0');
  expect(await verdict(first)).toBe('ok');
  for (const [key, option] of [
    ['root', ['--role', 'root']],
    ['targets', ['--role', 'targets']],
    ['publisher', ['--app', 'cam']],
  ] as const) {
    await ok('trust', 'key', 'new', `${key}-2`, '--no-passphrase');
    await ok('trust', 'key', 'rotate', key, `${key}-2`, ...option);
    rmSync(file(`keys/${key}.key`));
  }
  expect(await verdict(first)).toBe('ok');
  expect(await verdict(await publish('1.1.0'))).toBe('ok');
});

it('goes on after the control plane was restored from an older copy', async () => {
  const before = await publish('1.2.0');
  await restartOver('server');
  await server.stop();
  cpSync(file('server'), file('backup'), { recursive: true });
  server = await startServer(file('server'), new URL(server.ready.http).host, new URL(server.ready.mqtt).host);
  await ok('trust', 'renew');
  expect(await verdict(before)).toBe('ok');
  await restartOver('backup');
  expect(await verdict(before)).toBe('rollback_attack');
  const { exitCode, err } = await shell.run('--json', 'trust', 'renew');
  expect([exitCode, JSON.parse(err).problems[0].code]).toEqual([1, 'rollback_attack']);
  await ok('trust', 'renew', '--accept-restored');
  expect(await verdict(before)).toBe('ok');
});

it('believes new keys of the control plane once the owners have signed them', async () => {
  const running = await publish('1.2.1');
  await server.stop();
  for (const name of ['snapshot', 'timestamp']) rmSync(file(`backup/${name}-key.pem`));
  server = await startServer(file('backup'), new URL(server.ready.http).host, new URL(server.ready.mqtt).host);
  expect(await verdict(running)).toBe('arbitrary_software');
  await ok('trust', 'renew', '--server-keys');
  expect(await verdict(running)).toBe('ok');
});

it('believes nothing that somebody wrote into the database, though the control plane itself signs over it', async () => {
  const release = await publish('1.2.2');
  const change = async (...statements: readonly string[]) => {
    await server.stop();
    const db = new DatabaseSync(file('backup/wherry.db'));
    for (const statement of statements) db.exec(statement);
    db.close();
    server = await startServer(file('backup'), new URL(server.ready.http).host, new URL(server.ready.mqtt).host);
  };
  const bytes = `where digest = '${release.digest}'`;
  await change(`update release set content = replace(content, 'wallMs', 'wallMS') ${bytes}`);
  expect(await verdict(release)).toBe('digest_mismatch');
  await change(
    `update release set content = replace(content, 'wallMS', 'wallMs') ${bytes}`,
    `create temp table forged as select * from trust_metadata where role = 'pub.default.cam' and is_newest = 1`,
    `update trust_metadata set is_newest = 0 where role = 'pub.default.cam'`,
    `update forged set content = replace(content, '"version":' || version, '"version":' || (version + 1)), version = version + 1`,
    `insert into trust_metadata select * from forged`,
  );
  expect(await verdict(release)).toBe('arbitrary_software');
  await change(
    `delete from trust_metadata where role = 'pub.default.cam' and is_newest = 1`,
    `update trust_metadata set is_newest = 1 where role = 'pub.default.cam'
       and version = (select max(version) from trust_metadata where role = 'pub.default.cam')`,
  );
  await ok('trust', 'renew');
  expect(await verdict(release)).toBe('ok');
});

it('refuses what was revoked or is below the floor', async () => {
  const revoked = await publish('1.3.0');
  const kept = await publish('1.4.0');
  await ok('trust', 'revoke', 'cam@1.3.0');
  expect(await verdict(revoked)).toBe('target_unknown');
  expect(await verdict(kept)).toBe('ok');
  await ok('trust', 'floor', 'raise', 'cam', String(kept.releaseCounter + 1));
  expect(await verdict(kept)).toBe('below_floor');
  await ok('trust', 'key', 'revoke', 'publisher-2', '--app', 'cam');
  expect(await verdict(kept)).toBe('target_unknown');
});
