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
  const network = variant.network === 'open' ? ', may reach every address' : '';
  return `container, ${variant.platforms.join(' ')}, ${from}, ${variant.image}${network}`;
}

export function triggerText(trigger: Trigger): string {
  switch (trigger.on) {
    case 'start':
      return 'start';
    case 'cron':
      return `cron ${trigger.schedule}${trigger.timeZone ? ` (${trigger.timeZone})` : ''}`;
    case 'mqtt':
      return `mqtt ${trigger.filter}${trigger.from === 'fleet' ? ' (from the fleet)' : ''}`;
    case 'http':
      return `http ${trigger.methods.join(' ')} ${trigger.path}`;
  }
}

export function capabilitiesText(granted: Capabilities): string {
  const names = Object.keys(GRANT_TEXTS) as (keyof Capabilities)[];
  return (
    listed(names.map((name) => (granted[name] === undefined ? '' : GRANT_TEXTS[name](granted[name] as never)))) ||
    'nothing'
  );
}

/** All of them: who signs a release goes by this. */
const GRANT_TEXTS: { readonly [K in keyof Capabilities]-?: (granted: NonNullable<Capabilities[K]>) => string } = {
  mqtt: ({ publish, fleet = [] }) => listed([listText('publish', publish), listText('publish to the fleet', fleet)]),
  http: (http) => `${listText('http', http.allow)}${http.private ? ' (private addresses too)' : ''}`,
  kv: (isGranted) => (isGranted ? 'kv' : ''),
  env: (names) => listText('env', names),
  secrets: (secrets) => listText('secrets', Object.keys(secrets)),
  dataBytes: (bytes) => `data ${formatBytes(bytes)}`,
  gpio: (pins) => listed(Object.entries(pins).map(([pin, direction]) => `gpio ${pin} (${direction})`)),
  i2c: (buses) => listed(Object.entries(buses).map(([bus, addresses]) => `i2c ${bus} ${addresses.map(hex).join(' ')}`)),
  serial: (devices) => listText('serial', devices),
  features: (features) => listText('features', features),
};

function listText(what: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `${what} ${items.join(' ')}`;
}

function listed(parts: readonly string[]): string {
  return parts.filter(Boolean).join(', ');
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
