import { closeSync, readSync } from 'node:fs';
import { LIMITS } from '@wherry/protocol';
import type { PinConfig } from '../config.ts';
import type { EdgeKind, Pin } from '../port.ts';
import { fault, openDevice } from './device-file.ts';
import {
  edgesIn,
  GPIO_REQUESTS,
  GPIO_SIZES,
  isActiveIn,
  type LineSetting,
  lineConfig,
  lineFd,
  lineRequest,
  lineValues,
} from './gpio-layout.ts';
import { expectDone, type Ioctl } from './ioctl.ts';

/** One line of a chip, held for as long as the pin is open; nothing else on the machine can use it meanwhile. */
export function openLine(name: string, pin: PinConfig, setting: LineSetting, ioctl: Ioctl): Pin {
  const what = `pin ${name} (line ${pin.line} of ${pin.chip})`;
  const chip = openDevice(pin.chip, `the chip of pin ${name}`);
  let fd: number;
  try {
    const request = lineRequest(pin, setting);
    expectDone(ioctl.call(chip, GPIO_REQUESTS.getLine, request), `request ${what}`);
    fd = lineFd(request);
  } finally {
    closeSync(chip);
  }
  let isWatched = setting.isWatched;
  return {
    read() {
      const values = lineValues(false);
      expectDone(ioctl.call(fd, GPIO_REQUESTS.getValues, values), `read ${what}`);
      return isActiveIn(values);
    },
    write(isActive) {
      expectDone(ioctl.call(fd, GPIO_REQUESTS.setValues, lineValues(isActive)), `write ${what}`);
    },
    watch() {
      if (isWatched) return;
      const config = lineConfig(pin, { ...setting, isWatched: true });
      expectDone(ioctl.call(fd, GPIO_REQUESTS.setConfig, config), `watch ${what}`);
      isWatched = true;
    },
    edges() {
      const found: EdgeKind[] = [];
      const events = Buffer.alloc(GPIO_SIZES.event * LIMITS.gpioEdges);
      try {
        // The descriptor blocks; it is read only when the kernel says that an event is there, once: a line that bounces has no end.
        if (ioctl.isReadable(fd)) found.push(...edgesIn(events.subarray(0, readSync(fd, events))));
      } catch (error) {
        throw fault(error, `read edges of ${what}`);
      }
      return found;
    },
    close: () => closeSync(fd),
  };
}
