import { type KnownDeviceKeys, keyId } from '@wherry/protocol';
import { z } from 'zod';
import { keep, readKept } from './kept.ts';

/** The keys that a tenant's devices were first seen with from this browser. */
const known = z.record(z.string(), keyId);

export async function readKnownKeys(tenant: string): Promise<KnownDeviceKeys> {
  const name = `devices ${tenant}`;
  const all = new Map(Object.entries(known.parse((await readKept(name)) ?? {})));
  return {
    keyOf: (device) => all.get(device) ?? null,
    remember: (device, key) => void all.set(device, key),
    save: async () => await keep(name, Object.fromEntries(all)),
  };
}
