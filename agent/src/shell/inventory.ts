import { readFileSync, statfsSync } from 'node:fs';
import { availableParallelism, hostname, release, totalmem, type } from 'node:os';
import { type HardwareInventory, type Inventory, inventory } from '@wherry/protocol';
import type { RuntimeIdentity } from '../runtimes/port.ts';
import { agentVersion } from './agent-version.ts';

/** What this device is, told with the first report after a start. */
export interface InventorySources {
  readonly target: string;
  readonly folder: string;
  readonly runtimes: readonly (RuntimeIdentity & { readonly name: string })[];
  readonly isolation: Inventory['isolation'];
  readonly hardware: HardwareInventory | null;
  /** Public key to which secrets are sealed; none on a device that cannot keep one. */
  readonly sealingKey?: string | undefined;
}

export function readInventory({
  target,
  folder,
  runtimes,
  isolation,
  hardware,
  sealingKey,
}: InventorySources): Inventory {
  const disk = statfsSync(folder);
  return inventory.parse({
    agentVersion: agentVersion(),
    target,
    arch: process.arch,
    os: osName().slice(0, 128),
    hostname: hostname().slice(0, 255),
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    diskBytes: disk.blocks * disk.bsize,
    runtimes: runtimes.map(({ name, version, cannotHold }) => ({
      name: name.slice(0, 64),
      version: version.slice(0, 64),
      ...(cannotHold === undefined ? {} : { cannotHold: [...cannotHold] }),
    })),
    isolation,
    ...(hardware && { hardware }),
    ...(sealingKey === undefined ? {} : { sealingKey }),
  });
}

function osName(): string {
  try {
    const match = /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'));
    if (match?.[1] !== undefined) return match[1];
  } catch {
    // A system without os-release is told by its kernel.
  }
  return `${type()} ${release()}`;
}
