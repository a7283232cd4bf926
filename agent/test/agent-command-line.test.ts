import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestRepository } from '../src/trust/tuf/testing/repository.ts';
import { runAgent } from './agent-process.ts';
import { makeSigner } from './signing.ts';
import { makeOwner } from './world-owner.ts';

let scratch: string;
let server: Server;
let isAnswering = true;
const claims: { readonly reportKey: string }[] = [];

beforeEach(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'wherry-claim-'));
  isAnswering = true;
  claims.length = 0;
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    claims.push(JSON.parse(body));
    if (!isAnswering) return void request.socket.destroy();
    const answer = {
      tenant: 'default',
      device: 'pi-7',
      secret: 's'.repeat(64),
      mqttUrl: 'mqtt://127.0.0.1:9',
    };
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(scratch, { recursive: true, force: true });
});

const root = makeOwner(makeSigner()).repository.file('1.root.json');

function trustFile(content: string | Uint8Array = root): string {
  const path = join(scratch, 'root.json');
  writeFileSync(path, content);
  return path;
}

function claim(trust: string, ...more: string[]) {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const data = join(scratch, 'data');
  return runAgent(['claim', '--server', url, '--token', 'wct1.abc', '--trust', trust, '--data', data, ...more]);
}

test('a claim whose answer was lost is repeated with the same key, and leaves private files', async () => {
  const trust = trustFile();
  isAnswering = false;
  expect(await claim(trust)).toMatchObject({ code: 1, stderr: expect.stringContaining('unavailable') });
  isAnswering = true;
  expect(await claim(trust, '--label', 'room=hall')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('default/pi-7'),
  });
  expect(claims[0]?.reportKey).toBe(claims[1]?.reportKey);
  const data = join(scratch, 'data');
  expect(readdirSync(data).sort()).toEqual(['identity.json', 'trust']);
  expect(readdirSync(join(data, 'trust'))).toEqual(['factory-root.json']);
  expect(statSync(join(data, 'identity.json')).mode & 0o077).toBe(0);
  expect(await claim(trust)).toMatchObject({ code: 1, stderr: expect.stringContaining('already_exists') });
  const status = await runAgent(['status', '--data', data]);
  expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining('default/pi-7') });
});

test('what cannot be trusted is refused before the token is spent', async () => {
  const document = JSON.parse(Buffer.from(root).toString());
  const unsigned = JSON.stringify({ ...document, signatures: [] });
  const changed = JSON.stringify({ ...document, signed: { ...document.signed, version: 7 } });
  const withoutDirector = new TestRepository().file('1.root.json');
  for (const bad of ['not json', '{}', unsigned, changed, withoutDirector])
    expect(await claim(trustFile(bad))).toMatchObject({ code: 1, stderr: expect.stringContaining('invalid_body') });
  expect(claims).toEqual([]);
});

test('wrong usage has exit code 2 and says what is wrong; help has 0', async () => {
  expect(await runAgent(['run'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--data is missing') });
  expect(await runAgent(['fly'])).toMatchObject({ code: 2, stderr: expect.stringContaining('"fly"') });
  expect(await runAgent(['status', '--data', scratch, '--loud'])).toMatchObject({ code: 2 });
  expect(await runAgent(['run', '--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('--config') });
  expect(await runAgent(['run', '--data', scratch])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('claim'),
  });
});

test('settings that are not understood are refused by name', async () => {
  await claim(trustFile());
  const data = join(scratch, 'data');
  for (const [content, said] of [
    ['{"http":{"port":99999}}', 'http'],
    ['{"polcy":{}}', 'polcy'],
    ['{', 'not JSON'],
  ]) {
    writeFileSync(join(data, 'agent.json'), content ?? '');
    expect(await runAgent(['run', '--data', data])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(said ?? ''),
    });
  }
});
