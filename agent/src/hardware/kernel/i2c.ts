import { closeSync } from 'node:fs';
import type { Bus } from '../port.ts';
import { openDevice } from './device-file.ts';
import { emptyTransfer, fillTransfer, I2C_REQUESTS, readsOf } from './i2c-layout.ts';
import { expectDone, type Ioctl } from './ioctl.ts';

/** One I2C bus. An address that a driver of the kernel uses (a clock, the power supply) is refused as busy. */
export function openBus(name: string, path: string, ioctl: Ioctl): Bus {
  const fd = openDevice(path, `I2C bus ${name}`);
  return {
    async transact(address, operations) {
      const where = `0x${address.toString(16)} on I2C bus ${name}`;
      // Transfers do not look at the kernel's drivers; choosing the address does.
      expectDone(ioctl.call(fd, I2C_REQUESTS.slave, address), `address ${where}`);
      const memory = emptyTransfer(operations);
      fillTransfer(memory, ioctl.address(memory), address, operations);
      expectDone(await ioctl.callSlowly(fd, I2C_REQUESTS.readWrite, memory), `transfer with ${where}`);
      return readsOf(memory, operations);
    },
    close: () => closeSync(fd),
  };
}
