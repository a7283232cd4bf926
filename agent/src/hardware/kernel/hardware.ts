import { type HardwareConfig, presentIn } from '../config.ts';
import { type Hardware, HardwareFault } from '../port.ts';
import { openLine } from './gpio.ts';
import { openBus } from './i2c.ts';
import { type Ioctl, loadIoctl } from './ioctl.ts';
import { openSerial } from './serial.ts';

/** Adapter: the character devices of this machine's kernel. */
export async function createKernelHardware(config: HardwareConfig, load = loadIoctl): Promise<Hardware> {
  return overKernel(config, await load());
}

export function overKernel(config: HardwareConfig, ioctl: Ioctl): Hardware {
  return {
    present: presentIn(config),
    openPin: (name, direction, isActive) =>
      openLine(name, entry(config.gpio, name), { direction, isActive, isWatched: false }, ioctl),
    openBus: (name) => openBus(name, entry(config.i2c, name).path, ioctl),
    openSerial: (name, baud) => openSerial(name, entry(config.serial, name), baud, ioctl),
  };
}

function entry<T>(all: Readonly<Record<string, T>>, name: string): T {
  const found = Object.hasOwn(all, name) ? all[name] : undefined;
  if (found === undefined) throw new HardwareFault('missing', `${name} is not named in the hardware of this device`);
  return found;
}
