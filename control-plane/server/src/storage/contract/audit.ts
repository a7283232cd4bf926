import {
  AUDIT_BEGINNING,
  type AuditEntry,
  type Envelope,
  type KeyId,
  PAYLOAD_TYPES,
  type TenantId,
} from '@wherry/protocol';
import { describe, expect, test } from 'vitest';
import type { Store } from '../port.ts';
import { A, B } from './records.ts';

/** The audit log: a chain for each tenant, whose head moves with each entry. */
export function auditContract(store: () => Store): void {
  describe('audit', () => {
    test('numbers are a tenant’s own, pages go both ways, and the head is where the last entry is', async () => {
      for (const tenant of [A, B, A, A]) await append(store(), tenant);
      const { items, nextCursor } = await store().audit.list(A, { limit: 2 });
      expect(items.map(({ id }) => id)).toEqual([3, 2]);
      const rest = await store().audit.list(A, { limit: 2, cursor: nextCursor ?? undefined });
      expect([rest.items.map(({ id }) => id), rest.nextCursor]).toEqual([[1], null]);
      expect((await store().audit.after(A, 1, 10)).map(({ id }) => id)).toEqual([2, 3]);
      expect((await store().audit.after(B, 0, 10)).map(({ id }) => id)).toEqual([1]);
      expect(await store().audit.head(A)).toMatchObject({ id: 3, hash: '3'.repeat(64), checkpoint: null });
      expect(await store().audit.last(A)).toEqual(items[0]);
      expect((await store().audit.heads()).map(({ tenant, id }) => [tenant, id])).toEqual([
        [A, 3],
        [B, 1],
      ]);
    });
    test('an entry is not added behind a head that has moved', async () => {
      await append(store(), A);
      const before = await store().audit.head(A);
      await append(store(), A);
      expect(await store().audit.append(A, entryOf(2), SEALED, before)).toBe(false);
      expect(await store().audit.append(A, entryOf(1), SEALED, null)).toBe(false);
      expect((await store().audit.after(A, 0, 10)).map(({ id }) => id)).toEqual([1, 2]);
    });
    test('the oldest are given up, and no entry behind one that is kept', async () => {
      for (const atMs of [10, 20, 50, 30, 60]) await append(store(), A, atMs);
      await append(store(), B, 5);
      expect(await store().audit.lastBefore(A, 10)).toBe(null);
      expect((await store().audit.lastBefore(A, 40))?.id).toBe(2);
      expect((await store().audit.lastBefore(A, 99))?.id).toBe(5);
      await store().audit.prune(A, 2, SEALED);
      expect((await store().audit.after(A, 0, 10)).map(({ id }) => id)).toEqual([3, 4, 5]);
      expect((await store().audit.head(A))?.checkpoint).toEqual(SEALED);
      expect(await store().audit.last(B)).toMatchObject({ id: 1 });
    });
  });
  describe('tenants and their rules', () => {
    test('are added once, and begin with the defaults', async () => {
      const tenant = { tenant: A as TenantId, createdAtMs: 1, createdBy: 'ada' };
      expect(await store().tenants.add(tenant)).toBe(true);
      expect(await store().tenants.add({ ...tenant, createdBy: 'eve' })).toBe(false);
      expect(await store().tenants.list()).toEqual([tenant]);
      const settings = { approvals: { aboveShare: 0.2 }, audit: { keptMs: null } };
      expect(await store().tenants.settings(A)).toEqual({ approvals: { aboveShare: null }, audit: { keptMs: null } });
      expect(await store().tenants.saveSettings(A, settings)).toBe(true);
      expect(await store().tenants.settings(A)).toEqual(settings);
      expect(await store().tenants.saveSettings(B, settings)).toBe(false);
    });
  });
}

const SEALED: Envelope = {
  payloadType: PAYLOAD_TYPES.auditHead,
  payload: 'e30=',
  signatures: [{ keyid: 'a'.repeat(32) as KeyId, sig: 'AAAA' }],
};

function entryOf(id: number, atMs = id): AuditEntry {
  const hash = String(id % 10).repeat(64);
  return { id, atMs, operator: 'ada', action: 'x', subject: 's', detail: { id }, previous: AUDIT_BEGINNING, hash };
}

export async function append(store: Store, tenant: string, atMs = 1): Promise<void> {
  const head = await store.audit.head(tenant);
  expect(await store.audit.append(tenant, entryOf((head?.id ?? 0) + 1, atMs), SEALED, head)).toBe(true);
}
