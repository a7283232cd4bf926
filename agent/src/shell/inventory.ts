import { readFileSync, statfsSync } from 'node:fs';
import { availableParallelism, hostname, release, totalmem, type } from 'node:os';
import { type HardwareInventory, type Inventory, inventory } from '@wherry/protocol';

/** What this device is, told with the first report after a start. */
export interface InventorySources {
  readonly target: string;
  readonly folder: string;
  readonly runtimes: readonly { readonly name: string; readonly version: string }[];
  readonly isolation: Inventory['isolation'];
  readonly hardware: HardwareInventory | null;
}

export function readInventory({ target, folder, runtimes, isolation, hardware }: InventorySources): Inventory {
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
    runtimes: runtimes.map(({ name, version }) => ({ name: name.slice(0, 64), version: version.slice(0, 64) })),
    isolation,
    ...(hardware && { hardware }),
  });
}

export function agentVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
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
