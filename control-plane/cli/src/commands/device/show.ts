import { type Device, describeLimitHit, getDevice, type HardwareInventory } from '@wherry/protocol';
import { Command } from 'commander';
import { connect } from '../../connection/connect.ts';
import { present, type Shell } from '../../shell.ts';
import { age, labelsText, percent, size, timestamp } from '../../terminal/figures.ts';
import { sheet, table } from '../../terminal/table.ts';
import { attentionText } from './attention-text.ts';

export function showDeviceCommand(shell: Shell): Command {
  const command = new Command('show').description('show one device').argument('<device>');
  return command.action(async (name: string) => {
    const { client } = await connect(shell, command);
    const device = await client.call(getDevice, { params: { device: name } });
    present(shell, command, device, () => deviceText(device, shell.nowMs()));
  });
}

export function deviceText(device: Device, nowMs: number): string {
  const { inventory, host } = device;
  const facts = sheet([
    ['device', device.device],
    ['target', device.target],
    ['labels', labelsText(device.labels)],
    ['state', `${device.online ? 'online' : 'offline'}, heard ${age(device.seenAtMs, nowMs)}`],
    ['generation', `${device.reportedGeneration ?? 'none'} of ${device.desiredGeneration}`],
    ['attention', attentionText(device)],
    ['certificate', certificateText(device)],
    ['agent', inventory?.agentVersion],
    [
      'system',
      inventory && `${inventory.os}, ${inventory.arch}, ${inventory.cores} cores, ${size(inventory.memoryBytes)}`,
    ],
    ['runtimes', inventory?.runtimes.map(runtimeText).join(', ')],
    ['isolation', inventory?.isolation],
    ['hardware', inventory?.hardware && hardwareText(inventory.hardware)],
    ['cpu', host && percent(host.cpuShare)],
    ['memory', host && `${size(host.memoryUsedBytes)} of ${size(host.memoryTotalBytes)}`],
    ['disk', host && `${size(host.diskUsedBytes)} of ${size(host.diskTotalBytes)}`],
    ['temperature', host?.temperatureCelsius === undefined ? null : `${host.temperatureCelsius.toFixed(1)} °C`],
  ]);
  return `${facts}\n\n${workloadsText(device, nowMs)}`;
}

function certificateText({ identity }: Device): string | null {
  if (!identity?.certificate) return null;
  const { serial, expiresAtMs, isRevoked } = identity.certificate;
  return `${serial}, ${isRevoked ? 'taken back' : `until ${timestamp(expiresAtMs)}`}`;
}

type RuntimeEntry = NonNullable<Device['inventory']>['runtimes'][number];

function runtimeText({ name, version, cannotHold = [] }: RuntimeEntry): string {
  return `${name} ${version}${cannotHold.length === 0 ? '' : ` (does not limit: ${cannotHold.join(', ')})`}`;
}

/** Names only: what they stand for is the device's own affair. */
function hardwareText({ gpio, i2c, serial }: HardwareInventory): string {
  const pins = Object.entries(gpio).map(([name, direction]) => (direction === 'any' ? name : `${name} (${direction})`));
  return [
    ...(pins.length > 0 ? [`pins ${pins.join(', ')}`] : []),
    ...(i2c.length > 0 ? [`i2c ${i2c.join(', ')}`] : []),
    ...(serial.length > 0 ? [`serial ${serial.join(', ')}`] : []),
  ].join('; ');
}

function workloadsText({ workloads }: Device, nowMs: number): string {
  if (workloads.length === 0) return 'It runs nothing yet. Start a rollout: wherry rollout start APP@VERSION';
  const rows = table(
    ['app', 'version', 'state', 'variant', 'runtime', 'restarts', 'since'],
    workloads.map((w) => [w.app, w.version, w.state, w.variant, w.runtime, w.restarts, age(w.sinceMs, nowMs)]),
  );
  const reasons = workloads.flatMap((w) => [
    ...(w.code ? [`${w.app}: ${w.message ?? ''} [${w.code}]`] : []),
    ...(w.limit ? [`${w.app}: hit its limit of ${describeLimitHit(w.limit)}`] : []),
    ...(w.running && w.state !== 'healthy' ? [`${w.app}: still running ${w.running.version}`] : []),
    ...(w.refusals ?? []).map((refusal) => `${w.app}: ${refusal.kind} not taken: ${refusal.message} [${refusal.code}]`),
  ]);
  return reasons.length === 0 ? rows : `${rows}\n\n${sheet(reasons.map((reason) => ['!', reason]))}`;
}
