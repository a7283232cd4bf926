import type { AppName, Digest, KeyId, SealedSecret } from '@wherry/protocol';
import { describe, expect, test } from 'vitest';
import type { SealedRecord, SecretRecord } from '../port/secrets.ts';
import type { Store } from '../port.ts';
import { A, B } from './records.ts';

export function secretContract(store: () => Store): void {
  const app = 'thermostat' as AppName;
  const name = 'API_KEY';
  const secret = (version: number, isRemoved = false): SecretRecord => ({
    ...{ app, name, version, isRemoved },
    selector: '',
    setBy: 'ada',
    setAtMs: 2 ** 41,
  });
  const sealedTo = (key: string): SealedSecret => ({ key: key.repeat(32) as KeyId, enc: 'e', text: 't' });
  const sealed = (device: string, version: number): SealedRecord => ({
    ...{ device, app, name, version, atMs: version },
    digest: `sha256:${String(version).repeat(64)}` as Digest,
    sealed: sealedTo('a'),
  });

  describe('secrets', () => {
    test('a removed one keeps its version; what was sealed to a device is its own, and its tenant’s', async () => {
      const { secrets } = store();
      await secrets.save(A, secret(1));
      await secrets.seal(A, [sealed('pi-1', 1), sealed('pi-2', 1)]);
      await secrets.seal(A, [sealed('pi-1', 2)]);
      await secrets.save(A, secret(2));
      expect(await secrets.list(A)).toEqual([secret(2)]);
      expect(await secrets.list(A, 'other')).toEqual([]);
      const held = await secrets.holders(A, app, name);
      expect(held.map(({ device, version }) => [device, version]).toSorted()).toEqual([
        ['pi-1', 2],
        ['pi-2', 1],
      ]);
      expect(await secrets.ofDevices(A, ['pi-1'])).toMatchObject([{ version: 2, key: 'a'.repeat(32) }]);
      expect(await secrets.sealed(A, 'pi-1', sealed('pi-1', 2).digest)).toEqual(sealedTo('a'));
      expect(await secrets.sealed(A, 'pi-2', sealed('pi-1', 2).digest)).toBe(null);
      expect(await secrets.sealed(B, 'pi-1', sealed('pi-1', 2).digest)).toBe(null);
      expect(await secrets.find(B, app, name)).toBe(null);
      expect(await secrets.holders(B, app, name)).toEqual([]);
      await secrets.forget(B, app, name);
      await secrets.forget(A, app, name);
      await secrets.save(A, secret(2, true));
      expect(await secrets.holders(A, app, name)).toEqual([]);
      expect(await secrets.list(A)).toEqual([]);
      expect(await secrets.find(A, app, name)).toEqual(secret(2, true));
    });

    test('what is kept for an operator’s machine is the newest', async () => {
      const { secrets } = store();
      await secrets.keep(A, app, name, 1, [sealedTo('b'), sealedTo('c')]);
      await secrets.keep(A, app, name, 2, [sealedTo('b')]);
      expect(await secrets.custody(A, app, name, 'b'.repeat(32))).toEqual({ version: 2, sealed: sealedTo('b') });
      expect(await secrets.custody(A, app, name, 'c'.repeat(32))).toEqual({ version: 1, sealed: sealedTo('c') });
      expect(await secrets.custody(B, app, name, 'b'.repeat(32))).toBe(null);
    });
  });
}
