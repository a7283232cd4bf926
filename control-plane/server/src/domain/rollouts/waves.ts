import type { DeviceId, WaveRequest, WaveSize } from '@wherry/protocol';

/**
 * Who goes in which wave. A wave draws, in order, from the devices that no earlier wave took: all of them, those that its selector
 * matches, or those that it lists. A share is of everything that the wave could have drawn at the beginning, rounded up. What is beyond
 * the sizes goes to the last wave, unless that one names its devices: then it is left.
 */
export type Drawn<D> = readonly D[];

interface Device {
  readonly device: DeviceId;
}
type Wave = Omit<WaveRequest, 'size'> & { readonly size?: WaveSize | undefined };

export function drawWaves<D extends Device>(
  waves: readonly Wave[],
  devices: readonly D[],
  matches: (device: DeviceId, wave: number) => boolean,
): { readonly drawn: readonly Drawn<D>[]; readonly left: readonly D[] } {
  const left = new Map(devices.map((device) => [device.device, device]));
  const drawn = waves.map((wave, index): D[] => {
    const isNarrow = wave.selector !== undefined || wave.devices !== undefined;
    const mayTake = [...candidates(wave, index, left, matches)];
    const base = isNarrow ? countOf(wave, index, devices, matches) : devices.length;
    const size = !isNarrow && index === waves.length - 1 ? mayTake.length : sizeOf(wave.size, base);
    const taken = mayTake.slice(0, size);
    for (const { device } of taken) left.delete(device);
    return taken;
  });
  return { drawn, left: [...left.values()] };
}

/** Devices of each plain wave: never more than are left, and the last takes the rest. */
export function spread(sizes: readonly WaveSize[], total: number): number[] {
  const devices = Array.from({ length: total }, (_, index) => ({ device: String(index) as DeviceId }));
  return drawWaves(
    sizes.map((size) => ({ size })),
    devices,
    () => true,
  ).drawn.map(({ length }) => length);
}

function candidates<D extends Device>(
  wave: Wave,
  index: number,
  left: ReadonlyMap<string, D>,
  matches: (device: DeviceId, wave: number) => boolean,
): D[] {
  if (wave.devices) return [...new Set(wave.devices)].flatMap((device) => left.get(device) ?? []);
  const all = [...left.values()];
  return wave.selector === undefined ? all : all.filter(({ device }) => matches(device, index));
}

function countOf<D extends Device>(
  wave: Wave,
  index: number,
  devices: readonly D[],
  matches: (device: DeviceId, wave: number) => boolean,
): number {
  if (!wave.devices) return devices.filter(({ device }) => matches(device, index)).length;
  const listed = new Set<string>(wave.devices);
  return devices.filter(({ device }) => listed.has(device)).length;
}

function sizeOf(size: WaveSize | undefined, base: number): number {
  if (size === undefined) return base;
  return 'count' in size ? size.count : Math.ceil(size.share * base - 1e-9);
}
