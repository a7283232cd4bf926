import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readOidcSettings } from './settings.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wherry-oidc-'));
  await writeFile(join(folder, 'secret'), 'hush\n');
});
afterAll(() => rm(folder, { recursive: true }));

const GOOD = {
  issuer: 'https://id.example.com',
  clientId: 'wherry',
  roles: [{ group: 'fleet', tenant: 'default', role: 'operator' }],
};
async function read(content: object | string) {
  const file = join(folder, 'oidc.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return await readOidcSettings(file);
}

it('reads the secret from a file beside it', async () => {
  expect(await read({ ...GOOD, clientSecretFile: 'secret' })).toMatchObject({ ...GOOD, clientSecret: 'hush' });
  expect((await read(GOOD)).clientSecret).toBe(null);
  expect((await read({ ...GOOD, issuer: 'http://127.0.0.1:9000' })).issuer).toBe('http://127.0.0.1:9000');
});

it.each([
  ['no JSON', '{'],
  ['an issuer without TLS', { ...GOOD, issuer: 'http://id.example.com' }],
  ['no role', { ...GOOD, roles: [] }],
  ['a role that is none', { ...GOOD, roles: [{ group: 'a', tenant: 'default', role: 'god' }] }],
  ['an unknown key', { ...GOOD, clientSecret: 'hush' }],
  ['a secret that is not there', { ...GOOD, clientSecretFile: 'none' }],
  ['scopes without openid', { ...GOOD, scopes: ['email'] }],
])('refuses %s', async (_, content) => {
  await expect(read(content)).rejects.toMatchObject({ code: 'invalid_body' });
});
