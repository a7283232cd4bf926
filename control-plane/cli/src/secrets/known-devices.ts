import { type KeyId, type KnownDeviceKeys, keyId } from '@wherry/protocol';
import { z } from 'zod';
import { privateFile, readPrivateFile, writePrivateFile } from '../connection/private-file.ts';
import { refused } from '../failure.ts';
import type { Shell } from '../shell.ts';

/** The keys that devices were first seen with from this machine. */
const known = z.record(z.string(), keyId);

export async function readKnownDevices(shell: Shell, origin: string, tenant: string): Promise<KnownDeviceKeys> {
  const file = privateFile(shell.env, 'known-devices.json');
  const all = new Map(Object.entries(parse((await readPrivateFile(file)) ?? '{}', file)));
  const nameOf = (device: string) => `${origin} ${tenant}/${device}`;
  let isOther = false;
  return {
    keyOf: (device) => all.get(nameOf(device)) ?? null,
    remember(device, key) {
      isOther ||= all.get(nameOf(device)) !== key;
      all.set(nameOf(device), key);
    },
    async save() {
      if (isOther) await writePrivateFile(file, `${JSON.stringify(Object.fromEntries(all), null, 1)}\n`);
      isOther = false;
    },
  };
}

function parse(text: string, file: string): Readonly<Record<string, KeyId>> {
  try {
    return known.parse(JSON.parse(text));
  } catch {
    throw refused(
      'unavailable',
      `${file} is damaged: restore it, or remove it to take the devices' keys as they are now`,
    );
  }
}
