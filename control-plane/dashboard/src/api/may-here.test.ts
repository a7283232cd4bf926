import { getAuthority, INSTALLATION_TENANT, listDevices, listTenants, type Session } from '@wherry/protocol';
import { expect, test } from 'vitest';
import { mayHere } from './may-here.ts';

const session = (tenant: string, role: Session['role']) => ({ tenant, role, scopes: null }) as Session;

test('what is about the whole installation is for admins of its own tenant', () => {
  for (const operation of [getAuthority, listTenants]) {
    expect(mayHere(session(INSTALLATION_TENANT, 'admin'), operation)).toBe(true);
    expect(mayHere(session(INSTALLATION_TENANT, 'publisher'), operation)).toBe(false);
    expect(mayHere(session('acme', 'admin'), operation)).toBe(false);
  }
  expect(mayHere(session('acme', 'viewer'), listDevices)).toBe(true);
});
