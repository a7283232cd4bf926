import {
  type Capabilities,
  formatBytes,
  formatDurationMs,
  formatShare,
  type GuestLimits,
  type Trigger,
  type Variant,
} from '@wherry/protocol';
import { size } from '../../terminal/figures.ts';

/** Parts of a release in one line each. */
export function variantText(variant: Variant): string {
  if (variant.kind === 'wasm')
    return `wasm, ${variant.abi}, ${size(variant.module.sizeBytes)}, ${variant.module.digest}`;
  if (variant.kind === 'agent')
    return `agent for ${variant.target}, archive of ${size(variant.archive.sizeBytes)}, ${variant.archive.digest}`;
  const from = variant.archive ? `archive of ${size(variant.archive.sizeBytes)}` : 'pulled by the device';
  return `container, ${variant.platforms.join(' ')}, ${from}, ${variant.image}`;
}

export function triggerText(trigger: Trigger): string {
  switch (trigger.on) {
    case 'start':
      return 'start';
    case 'cron':
      return `cron ${trigger.schedule}${trigger.timeZone ? ` (${trigger.timeZone})` : ''}`;
    case 'mqtt':
      return `mqtt ${trigger.filter}`;
    case 'http':
      return `http ${trigger.methods.join(' ')} ${trigger.path}`;
  }
}

export function capabilitiesText(granted: Capabilities): string {
  const parts = [
    granted.mqtt && `publish ${granted.mqtt.publish.join(' ')}`,
    granted.http && `http ${granted.http.allow.join(' ')}${granted.http.private ? ' (private addresses too)' : ''}`,
    granted.kv && 'kv',
    granted.dataBytes && `data ${formatBytes(granted.dataBytes)}`,
    ...Object.entries(granted.gpio ?? {}).map(([pin, direction]) => `gpio ${pin} (${direction})`),
    ...Object.entries(granted.i2c ?? {}).map(([bus, addresses]) => `i2c ${bus} ${addresses.map(hex).join(' ')}`),
    granted.serial?.length && `serial ${granted.serial.join(' ')}`,
    granted.features?.length && `features ${granted.features.join(' ')}`,
  ];
  return parts.filter(Boolean).join(', ') || 'nothing';
}

export function limitsText({
  memoryBytes,
  cpuShare,
  wallMs,
  cpuTimeMs,
  fuel,
  hostCallsPerSecond,
}: GuestLimits): string {
  return [
    `memory ${formatBytes(memoryBytes)}, cpu ${formatShare(cpuShare)}, wall ${formatDurationMs(wallMs)}`,
    ...(cpuTimeMs === undefined ? [] : [`cpu time ${formatDurationMs(cpuTimeMs)} a call`]),
    ...(fuel === undefined ? [] : [`fuel ${fuel} a call`]),
    ...(hostCallsPerSecond === undefined ? [] : [`${hostCallsPerSecond} host calls a second`]),
  ].join(', ');
}

/** As data sheets write addresses. */
function hex(address: number): string {
  return `0x${address.toString(16)}`;
}
