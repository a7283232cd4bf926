import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DesiredWorkload, type Outcome, refuse, type SealedSecret, sealedBytes } from '@wherry/protocol';
import { sealFor } from '@wherry/protocol/testing/seal';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createEffects } from '../shell/effects.ts';
import { createSealedFiles } from './sealed-files.ts';
import { openSealingKey, sealingKeyPath } from './sealing-key.ts';
import { createSecrets, type Reference, type Secrets } from './secrets.ts';

const VALUE = 'correct horse battery staple';
const effects = createEffects();
let folder: string;
let opened: Secrets[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wherry-secrets-'));
  opened = [];
});
afterEach(() => {
  for (const secrets of opened) secrets.stop();
  rmSync(folder, { recursive: true });
});

const publicKeyOf = (path = folder) =>
  Buffer.from(openSealingKey(path, true, effects)?.publicBytes ?? []).toString('base64');

/** A device, and a control plane that hands out whatever it was given. */
function deviceIn(path = folder, name = 'pi-1') {
  const served = new Map<string, SealedSecret>();
  const changes: [string, readonly string[]][] = [];
  const refused: string[] = [];
  let asked = 0;
  const secrets = createSecrets({
    tenant: 'default',
    device: name,
    key: openSealingKey(path, true, effects),
    files: createSealedFiles(join(path, 'secrets', 'apps'), effects),
    fetch: async ({ digest }): Promise<Outcome<SealedSecret>> => {
      asked += 1;
      const sealed = served.get(digest);
      return sealed ? { ok: true, value: sealed } : refuse('download_failed', 'not there');
    },
    onChange: (app, names) => void changes.push([app, names]),
    onRefused: (_, { code }) => void refused.push(code),
    retryMs: 5,
  });
  opened.push(secrets);
  return { secrets, served, changes, refused, asked: () => asked };
}

function seal(given: { value?: string; app?: string; name?: string; version?: number; device?: string } = {}) {
  const { value = VALUE, app = 'hall', name = 'API_KEY', version = 1, device = 'pi-1' } = given;
  return sealFor(publicKeyOf(), value, { tenant: 'default', recipient: device, app, name, version });
}

function digestOf(sealed: SealedSecret): string {
  return `sha256:${createHash('sha256').update(sealedBytes(sealed)).digest('hex')}`;
}

function serve(device: ReturnType<typeof deviceIn>, sealed: SealedSecret, name = 'API_KEY', version = 1): Reference {
  const digest = digestOf(sealed);
  device.served.set(digest, sealed);
  return { name, version, digest } as Reference;
}

const wants = (...secrets: Reference[]) => [{ app: 'hall', secrets } as unknown as DesiredWorkload];
const text = (secrets: Secrets, app = 'hall', name = 'API_KEY') => secrets.value(app, name)?.toString() ?? null;

describe('secrets of a device', () => {
  test('what is sealed to it is fetched, kept sealed, and read again without a network', async () => {
    const device = deviceIn();
    const sealed = seal();
    device.secrets.follow(wants(serve(device, sealed)));
    expect(await device.secrets.ready('hall', ['API_KEY'])).toBe(null);
    expect(text(device.secrets)).toBe(VALUE);
    expect(device.changes).toEqual([['hall', ['API_KEY']]]);

    const again = deviceIn();
    again.secrets.follow(wants({ name: 'API_KEY', version: 1, digest: digestOf(sealed) } as Reference));
    expect(await again.secrets.ready('hall', ['API_KEY'])).toBe(null);
    expect([text(again.secrets), again.asked(), again.changes]).toEqual([VALUE, 0, []]);

    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files).toHaveLength(2);
    for (const { parentPath, name } of files) expect(readFileSync(join(parentPath, name), 'utf8')).not.toContain(VALUE);
    expect(statSync(sealingKeyPath(folder)).mode & 0o777).toBe(0o600);
  });

  test('another app has none of it', async () => {
    const device = deviceIn();
    device.secrets.follow(wants(serve(device, seal())));
    expect(await device.secrets.ready('hall', ['API_KEY'])).toBe(null);
    expect(text(device.secrets, 'other')).toBe(null);
    expect(text(device.secrets, 'hall', '__proto__')).toBe(null);
    expect(await device.secrets.ready('other', ['API_KEY'])).toMatchObject({ code: 'secret_missing', isFinal: true });
  });

  test.each([
    ['sealed for another app', { app: 'other' }],
    ['sealed under another name', { name: 'OTHER' }],
    ['sealed as another version', { version: 2 }],
    ['sealed for another device, to the same key', { device: 'pi-2' }],
  ])('what was %s does not open', async (_, given) => {
    const device = deviceIn();
    device.secrets.follow(wants(serve(device, seal(given))));
    expect(await device.secrets.ready('hall', ['API_KEY'])).toMatchObject({ code: 'secret_unreadable' });
    expect(text(device.secrets)).toBe(null);
    expect(device.refused).toEqual(['secret_unreadable']);
  });

  test('what is sealed to the key of another device does not open, and a changed text neither', async () => {
    const device = deviceIn();
    const context = { tenant: 'default', recipient: 'pi-1', app: 'hall', name: 'API_KEY', version: 1 };
    const strange = mkdtempSync(join(folder, 'other-'));
    device.secrets.follow(wants(serve(device, sealFor(publicKeyOf(strange), VALUE, context))));
    expect(await device.secrets.ready('hall', ['API_KEY'])).toMatchObject({ code: 'secret_unreadable' });
    const sealed = seal();
    const bytes = Buffer.from(sealed.text, 'base64');
    bytes[3] = (bytes[3] ?? 0) ^ 1;
    device.secrets.follow(wants(serve(device, { ...sealed, text: bytes.toString('base64') })));
    expect(await device.secrets.ready('hall', ['API_KEY'])).toMatchObject({ code: 'secret_unreadable' });
  });

  test('what comes under a digest must have it', async () => {
    const device = deviceIn();
    const reference = serve(device, seal());
    device.served.set(reference.digest, seal({ value: 'other' }));
    device.secrets.follow(wants(reference));
    expect(await device.secrets.ready('hall', ['API_KEY'])).toMatchObject({ code: 'digest_mismatch', isFinal: false });
  });

  test('an older version is never taken again, also after the secret was taken away, and after a restart', async () => {
    const device = deviceIn();
    const first = serve(device, seal({ value: 'first' }));
    const second = serve(device, seal({ value: 'second', version: 2 }), 'API_KEY', 2);
    device.secrets.follow(wants(first));
    expect(await device.secrets.ready('hall', ['API_KEY'])).toBe(null);
    device.secrets.follow(wants(second));
    expect(await device.secrets.ready('hall', ['API_KEY'])).toBe(null);
    expect(text(device.secrets)).toBe('second');
    device.secrets.follow(wants(first));
    expect(await device.secrets.ready('hall', ['API_KEY'])).toBe(null);
    expect([text(device.secrets), device.refused]).toEqual(['second', ['secret_rolled_back']]);

    device.secrets.follow([]);
    await vi.waitFor(() => expect(text(device.secrets)).toBe(null));
    const again = deviceIn();
    again.served.set(first.digest, seal());
    again.secrets.follow(wants(first));
    expect(await again.secrets.ready('hall', ['API_KEY'])).toMatchObject({ code: 'secret_rolled_back' });
    expect(text(again.secrets)).toBe(null);
  });

  test('what could not be fetched is tried again, and its coming is told', async () => {
    const device = deviceIn();
    const sealed = seal();
    device.secrets.follow(wants({ name: 'API_KEY', version: 1, digest: digestOf(sealed) } as Reference));
    expect(await device.secrets.ready('hall', ['API_KEY'])).toMatchObject({ code: 'download_failed', isFinal: false });
    device.served.set(digestOf(sealed), sealed);
    await vi.waitFor(() => expect(device.changes).toEqual([['hall', ['API_KEY']]]), { timeout: 60_000 });
    expect(await device.secrets.ready('hall', ['API_KEY'])).toBe(null);
  });

  test('a key that cannot be stored is not made; a damaged one is made anew, and what it opened is asked for again', async () => {
    expect(openSealingKey(join(folder, 'none'), false, effects)).toBe(null);
    const before = publicKeyOf();
    expect(publicKeyOf()).toBe(before);
    rmSync(sealingKeyPath(folder));
    expect(publicKeyOf()).not.toBe(before);
  });
});
