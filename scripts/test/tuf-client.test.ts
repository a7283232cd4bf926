import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestRepository } from '../../agent/src/trust/tuf/testing/repository.ts';
import { sha256 } from '../../agent/src/trust/tuf/testing/signing.ts';
import { capture } from '../fleet/command-line.ts';

/** The command line behind which the public conformance suite meets the updater; the suite itself is fetched when it is run. */
const CONTENT = Buffer.from('a target');
const FAR = '2099-01-01T00:00:00Z';
let repository: TestRepository;
let server: Server;
let folder: string;

beforeEach(async () => {
  repository = new TestRepository();
  repository.root.expires = repository.snapshot.expires = repository.timestamp.expires = FAR;
  repository.document('targets').expires = FAR;
  repository.addTarget('targets', 'path/to/file', CONTENT);
  repository.publish('root');
  repository.publishTargets();
  repository.files.set(`path/to/${sha256(CONTENT)}.file`, CONTENT);
  server = createServer((request, response) => {
    const bytes = repository.files.get((request.url ?? '').slice(1));
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  folder = mkdtempSync(join(tmpdir(), 'wherry-tuf-client-'));
  writeFileSync(join(folder, 'root'), repository.file('1.root.json'));
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const client = async (...args: string[]) =>
  (await capture(['scripts/tuf-client/main.ts', '--metadata-dir', join(folder, 'metadata'), ...args])).code;
const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
const versionOf = (role: string) =>
  JSON.parse(readFileSync(join(folder, 'metadata', `${role}.json`), 'utf8')).signed.version as number;

test('init, refresh, download; a changed target and an older timestamp are refused', async () => {
  const targets = ['--target-base-url', url(), '--target-dir', join(folder, 'targets')];
  const download = () => client('--metadata-url', url(), '--target-name', 'path/to/file', ...targets, 'download');
  expect(await client('init', join(folder, 'root'))).toBe(0);
  expect(await client('--metadata-url', url(), 'refresh')).toBe(0);
  expect(['root', 'timestamp', 'snapshot', 'targets'].map(versionOf)).toEqual([2, 2, 2, 2]);
  repository.files.set(`path/to/${sha256(CONTENT)}.file`, Buffer.from('b target'));
  expect(await download()).toBe(1);
  repository.files.set(`path/to/${sha256(CONTENT)}.file`, CONTENT);
  expect(await download()).toBe(0);
  expect(readdirSync(join(folder, 'targets'))).toEqual(['path%2Fto%2Ffile']);
  repository.timestamp.version = 1;
  repository.write('timestamp');
  expect(await client('--metadata-url', url(), 'refresh')).toBe(1);
  expect(versionOf('timestamp')).toBe(2);
});

test('a root that is not signed is no beginning, and nothing can be said without one', async () => {
  writeFileSync(join(folder, 'root'), '{}');
  expect(await client('init', join(folder, 'root'))).toBe(1);
  expect(await client('--metadata-url', url(), 'refresh')).toBe(1);
  expect(await client('refresh')).toBe(2);
});
