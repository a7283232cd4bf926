import { createPublicKey, verify } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DesiredState,
  detachedBytes,
  detachedSignature,
  fromBase64,
  openEnvelope,
  PAYLOAD_TYPES,
} from '@wherry/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDirector } from './open-director.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wherry-director-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('signs with a key that is made once, for its owner only', async () => {
  const director = await openDirector(folder);
  expect((await openDirector(folder)).publicKey).toBe(director.publicKey);
  expect((await stat(join(folder, 'director-key.pem'))).mode & 0o777).toBe(0o600);
  const sealed = director.sign({ device: 'pi-1', generation: 1 } as DesiredState);
  const key = createPublicKey({ key: Buffer.from(director.publicKey, 'base64'), format: 'der', type: 'spki' });
  const opened = openEnvelope(
    sealed,
    PAYLOAD_TYPES.desired,
    new Set(sealed.signatures.map((one) => one.keyid)),
    (_, message, sig) => verify(null, message, key, sig),
  );
  expect(opened).toMatchObject({ ok: true, value: { signedBy: [director.keyId] } });
  expect(JSON.parse(Buffer.from(fromBase64(sealed.payload)).toString())).toEqual({ device: 'pi-1', generation: 1 });
});

test('vouches for what goes to one device, in a form that protocol has', async () => {
  const director = await openDirector(folder);
  const key = createPublicKey({ key: Buffer.from(director.publicKey, 'base64'), format: 'der', type: 'spki' });
  const [to, content] = [
    { tenant: 'default', device: 'pi-1' },
    { boot: 'a', upTo: 7 },
  ];
  const sig = detachedSignature.parse(await director.vouch('ack', to, content));
  const isSigned = (type: 'ack' | 'command') => verify(null, detachedBytes(type, to, content), key, fromBase64(sig));
  expect([isSigned('ack'), isSigned('command')]).toEqual([true, false]);
});

test('does not start over a damaged key, since every device would refuse a new one', async () => {
  await writeFile(join(folder, 'director-key.pem'), '');
  await expect(openDirector(folder)).rejects.toThrow('it is damaged');
});
