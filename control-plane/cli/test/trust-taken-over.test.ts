import { generateKeyPairSync, sign } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { type TrustState, tufSignedBytes } from '@wherry/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changePublisher, firstRoot, nextTargets } from '../src/trust/edits.ts';
import { rawPublicKey, tufKeyId } from '../src/trust/tuf-keys.ts';
import { anotherMachine, publishCam, writeCam } from './fleet/cam.ts';
import { seatOperator } from './fleet/operator.ts';
import { type RunningServer, startServer } from './fleet/processes.ts';

/** A real control plane whose database somebody else has written to: its owner's next signature must not be under what was written. */
const operator = seatOperator();
const { ok, json, codes, file } = operator;
const ROLE = 'pub.default.cam';
let server: RunningServer;
let factoryRoot: string;

const state = async (): Promise<TrustState> =>
  (await (
    await fetch(`${server.origin}/api/v1/trust`, { headers: { authorization: `Bearer ${server.adminToken}` } })
  ).json()) as TrustState;

const place = (url: string) => new URL(url).host;
async function restartWith(write: (db: DatabaseSync) => void): Promise<void> {
  const { http, mqtt } = server.ready;
  await server.stop();
  const db = new DatabaseSync(file('server/wherry.db'));
  write(db);
  db.close();
  server = await startServer(file('server'), place(http), place(mqtt));
}

interface Row {
  version: number;
  content: string;
}
const newest = (db: DatabaseSync, role: string) =>
  db
    .prepare('select version, content from trust_metadata where role = ? and is_newest = 1')
    .get(role) as unknown as Row;

/** What stands there as the newest of a role from now on. */
function put(db: DatabaseSync, role: string, content: { signed: { version: number } }): void {
  db.exec('drop table if exists temp.forged');
  db.prepare(`create temp table forged as select * from trust_metadata where role = '${role}' and is_newest = 1`).run();
  db.prepare('update trust_metadata set is_newest = 0 where role = ?').run(role);
  db.prepare('update forged set version = ?, content = ?').run(content.signed.version, JSON.stringify(content));
  db.prepare('delete from trust_metadata where role = ? and version = ?').run(role, content.signed.version);
  db.exec('insert into trust_metadata select * from forged');
}

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const thief = rawPublicKey(publicKey);
const signed = <T extends object>(content: T) => ({
  signed: content,
  signatures: [{ keyid: tufKeyId(thief), sig: sign(null, tufSignedBytes(content), privateKey).toString('hex') }],
});

beforeAll(async () => {
  server = await startServer(file('server'));
  await ok('login', '--server', server.origin, '--token', server.adminToken);
  await ok('trust', 'init', '--app', 'cam', '--no-passphrase');
  factoryRoot = await ok('trust', 'root');
  await publishCam(operator, '1.0.0');
});
afterAll(() => server.stop());

it('a machine that was away comes to the newest root by the roots between', async () => {
  const away = anotherMachine(operator, 'knows');
  for (const name of ['root-2', 'root-3']) await ok('trust', 'key', 'new', name, '--no-passphrase');
  await ok('trust', 'key', 'rotate', 'root', 'root-2', '--role', 'root');
  await ok('trust', 'key', 'rotate', 'root-2', 'root-3', '--role', 'root');
  await publishCam(away, '1.1.0');
  await publishCam(operator, '1.2.0');
  const first = anotherMachine(operator);
  writeFileSync(first.file('root.json'), factoryRoot);
  writeCam(first, '1.3.0');
  await first.ok('publish', 'cam', '--trust', 'root.json');
  expect(readdirSync(first.file('.config/wherry/keys/repositories'))).toHaveLength(1);
});

it('first sight is said, with the keys that it is believed with', async () => {
  const { root } = await state();
  const { exitCode, err } = await anotherMachine(operator).shell.run('trust', 'root');
  expect([exitCode, err]).toEqual([
    0,
    expect.stringContaining((root?.signed.roles.root.keyids[0] ?? '-').slice(0, 12)),
  ]);
});

/** Each leaves the database as somebody with the whole of it would. */
const TAMPERS: readonly (readonly [what: string, code: string, (db: DatabaseSync, now: TrustState) => void])[] = [
  [
    'a release of another in the role of an app, under a higher version',
    'arbitrary_software',
    (db) => {
      const document = JSON.parse(newest(db, ROLE).content);
      const [target] = Object.values(document.signed.targets) as { custom: object }[];
      document.signed.targets['default/cam/6.6.6.json'] = {
        ...target,
        custom: { ...target?.custom, version: '6.6.6' },
      };
      document.signed.version += 1;
      put(db, ROLE, document);
    },
  ],
  [
    'a publisher of its own among the delegations',
    'arbitrary_software',
    (db, { targets }) => {
      if (!targets) throw new Error('there are no targets');
      const { signatures } = targets;
      put(db, 'targets', {
        signed: changePublisher(targets.signed, 'default', 'cam', { add: [thief] }, Date.now()),
        signatures,
      } as never);
    },
  ],
  [
    'a chain of roots of its own, and targets and the role under it',
    'arbitrary_software',
    (db, { root, targets, keys }) => {
      if (!root || !targets) throw new Error('there is no repository');
      const owners = { root: [thief], rootThreshold: 1, targets: [thief], targetsThreshold: 1 };
      const forged = firstRoot(owners, keys, Date.now());
      for (const next of [1, 2]) put(db, 'root', signed({ ...forged, version: root.signed.version + next }));
      const delegations = changePublisher(targets.signed, 'default', 'cam', { add: [thief] }, Date.now());
      put(db, 'targets', signed(nextTargets(delegations, Date.now())));
      const role = JSON.parse(newest(db, ROLE).content).signed;
      put(db, ROLE, signed({ ...role, version: role.version + 1 }));
    },
  ],
  [
    'the role as it was before, so that a release that was taken out is back',
    'rollback_attack',
    (db) => {
      const before = db
        .prepare('select version, content from trust_metadata where role = ? and is_newest = 0 order by version desc')
        .get(ROLE) as unknown as Row;
      put(db, ROLE, JSON.parse(before.content));
    },
  ],
];

describe.each(TAMPERS)('%s', (_, code, write) => {
  it('is signed over by nobody', async () => {
    await publishCam(operator, `2.${TAMPERS.findIndex((tamper) => tamper[2] === write)}.0`);
    const before = await state();
    const kept = new Map<string, Row[]>();
    await restartWith((db) => {
      kept.set('all', db.prepare('select * from trust_metadata').all() as unknown as Row[]);
      write(db, before);
    });
    const tampered = (await state()).roles;
    writeCam(operator, '9.9.9');
    for (const argv of [
      ['publish', 'cam'],
      ['publish', 'cam', '--out', 'change.json'],
      ['trust', 'renew'],
      ['trust', 'revoke', 'cam@1.0.0'],
      ['trust', 'key', 'add', 'root-2', '--app', 'cam'],
      ['trust', 'renew', '--out', 'change.json'],
    ])
      expect([argv.join(' '), ...(await codes(...argv))]).toEqual([argv.join(' '), code]);
    expect(existsSync(file('change.json'))).toBe(false);
    const persons = (roles: TrustState['roles']) => roles.filter(({ role }) => !/^(snapshot|timestamp)$/.test(role));
    expect(persons((await state()).roles)).toEqual(persons(tampered));
    const { refusals } = await json<{ refusals: { code: string }[] }>('trust', 'audit');
    expect(refusals.map((refusal) => refusal.code)).toContain(code);
    if (code === 'arbitrary_software') {
      const fresh = anotherMachine(operator);
      writeFileSync(fresh.file('root.json'), factoryRoot);
      writeCam(fresh, '9.9.9');
      expect(await fresh.codes('publish', 'cam', '--trust', 'root.json')).toEqual([code]);
      expect(await codes('publish', 'cam', '--accept-restored')).toEqual([code]);
    }
    await restartWith((db) => {
      db.exec('delete from trust_metadata');
      for (const row of kept.get('all') ?? []) {
        const names = Object.keys(row);
        const statement = `insert into trust_metadata (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`;
        db.prepare(statement).run(...(Object.values(row) as never[]));
      }
    });
    await ok('trust', 'renew');
  });
});
