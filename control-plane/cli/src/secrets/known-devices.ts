import { type KeyId, keyId } from '@wherry/protocol';
import { z } from 'zod';
import { refused } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { privateFile, readPrivateFile, writePrivateFile } from './private-file.ts';

/**
 * The keys that devices were first seen with from this machine. The control plane says which key is a device's; one that says another
 * later could read what is sealed to it, so that a change is taken only when an operator says so.
 */
const known = z.record(z.string(), keyId);

export interface KnownDevices {
  /** What a device had when it was seen first; null for one that is new here. */
  keyOf(device: string): KeyId | null;
  remember(device: string, key: KeyId): void;
  save(): Promise<void>;
}

export async function readKnownDevices(shell: Shell, origin: string, tenant: string): Promise<KnownDevices> {
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
