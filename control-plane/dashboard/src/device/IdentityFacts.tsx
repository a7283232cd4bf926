import type { Device, Inventory } from '@wherry/protocol';
import { type Fact, Facts } from '../parts/Facts.tsx';
import { RelativeTime } from '../parts/RelativeTime.tsx';
import { day } from '../words/time.ts';
import { bytes, celsius, counted, percent } from '../words/units.ts';

const ISOLATION_WORDS: Readonly<Record<Inventory['isolation'], string>> = {
  shared: 'shared process',
  process: 'a process for each module',
  scope: 'a cgroup for each module',
};

export function IdentityFacts({ device }: { readonly device: Device }) {
  const { inventory, host, desiredGeneration, reportedGeneration } = device;
  const isBehind = reportedGeneration === null || reportedGeneration < desiredGeneration;
  const facts: Fact[] = [
    ['Target', device.target],
    ['Claimed', <RelativeTime key="claimed" atMs={device.claimedAtMs} />],
    [
      'Generation',
      isBehind ? `${desiredGeneration} wanted, ${reportedGeneration ?? 'none'} read` : `${desiredGeneration}, read`,
    ],
  ];
  facts.push(...certificateFacts(device.identity));
  if (host) {
    facts.push([
      'Disk',
      `${bytes(host.diskUsedBytes)} of ${bytes(host.diskTotalBytes)} (${shareOf(host.diskUsedBytes, host.diskTotalBytes)})`,
    ]);
    facts.push(['Agent', `${bytes(host.agentMemoryBytes)} of memory`]);
    if (host.temperatureCelsius !== undefined) facts.push(['Temperature', celsius(host.temperatureCelsius)]);
  }
  return (
    <>
      <Facts facts={[...facts, ...inventoryFacts(inventory)]} />
      {inventory ? null : <p className="quiet">No inventory was reported yet.</p>}
    </>
  );
}

function certificateFacts(identity: Device['identity']): readonly Fact[] {
  if (!identity?.certificate) return [];
  const { isRevoked, expiresAtMs } = identity.certificate;
  return [['Certificate', isRevoked ? 'taken back' : `until ${day(expiresAtMs)}`]];
}

function inventoryFacts(inventory: Inventory | null): readonly Fact[] {
  if (!inventory) return [];
  return [
    ['Host name', inventory.hostname],
    ['System', inventory.os],
    ['Hardware', `${inventory.arch}, ${counted(inventory.cores, 'core')}, ${bytes(inventory.memoryBytes)} of memory`],
    ['Agent version', inventory.agentVersion],
    ['Runtimes', inventory.runtimes.map(({ name, version }) => `${name} ${version}`).join(', ') || 'none'],
    ['Isolation', ISOLATION_WORDS[inventory.isolation]],
    ...hardwareFacts(inventory.hardware),
  ];
}

/** Pins, buses and serial devices by the names that releases use. */
function hardwareFacts(hardware: Inventory['hardware']): readonly Fact[] {
  if (!hardware) return [];
  const facts: readonly Fact[] = [
    ['Pins', Object.keys(hardware.gpio).join(', ')],
    ['I2C buses', hardware.i2c.join(', ')],
    ['Serial devices', hardware.serial.join(', ')],
  ];
  return facts.filter(([, names]) => names !== '');
}

function shareOf(part: number, whole: number): string {
  return percent(whole > 0 ? part / whole : 0);
}
