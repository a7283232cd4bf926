import { describe, expect, test } from 'vitest';
import type { Store } from '../port.ts';
import { A, B } from './records.ts';

export function trustMetadataContract(store: () => Store): void {
  const file = (role: string, version: number, expiresAtMs = 100) => ({
    role,
    version,
    content: `${role} ${version}`,
    expiresAtMs,
  });

  describe('metadata of trust', () => {
    test('a version is written once; the highest is the newest; each tenant has its own', async () => {
      const { trustMetadata } = store();
      expect(await trustMetadata.add(A, file('root', 1), 1)).toBe(true);
      expect(await trustMetadata.add(A, file('root', 2), 1)).toBe(true);
      expect(await trustMetadata.add(A, { ...file('root', 2), content: 'other' }, 1)).toBe(false);
      expect(await trustMetadata.add(A, file('targets', 2 ** 45), 1)).toBe(true);
      expect(await trustMetadata.newest(A, 'root')).toEqual(file('root', 2));
      expect(await trustMetadata.find(A, 'root', 1)).toEqual(file('root', 1));
      expect(await trustMetadata.all(A)).toEqual([file('root', 2), file('targets', 2 ** 45)]);
      expect(await trustMetadata.newest(B, 'root')).toBe(null);
      expect(await trustMetadata.all(B)).toEqual([]);
    });

    test('what expires is found by its newest; what was superseded is pruned, but no root', async () => {
      const { trustMetadata } = store();
      for (const role of ['root', 'timestamp'])
        for (const version of [1, 2]) await trustMetadata.add(A, file(role, version, version * 100), version);
      expect(await trustMetadata.expiring('timestamp', 200)).toEqual([]);
      expect(await trustMetadata.expiring('timestamp', 201)).toEqual([A]);
      expect(await trustMetadata.prune(1)).toBe(0);
      expect(await trustMetadata.prune(3)).toBe(1);
      expect(await trustMetadata.find(A, 'timestamp', 1)).toBe(null);
      expect(await trustMetadata.find(A, 'root', 1)).not.toBe(null);
    });
  });
}
