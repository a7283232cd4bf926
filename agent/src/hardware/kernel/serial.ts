import { closeSync, readSync, writeSync } from 'node:fs';
import type { SerialConfig } from '../config.ts';
import type { SerialPort } from '../port.ts';
import { fault, openDevice } from './device-file.ts';
import { expectDone, type Ioctl } from './ioctl.ts';
import { TERMIOS_REQUESTS, termiosOf } from './termios-layout.ts';

/** A serial device in raw mode. Others can no longer open it; root can. */
export function openSerial(name: string, config: SerialConfig, baud: number | null, ioctl: Ioctl): SerialPort {
  const what = `serial device ${name}`;
  const fd = openDevice(config.path, what);
  const port: SerialPort = {
    configure(wanted) {
      const speed = config.fixedBaud ? config.baud : (wanted ?? config.baud);
      expectDone(ioctl.call(fd, TERMIOS_REQUESTS.set, termiosOf(config, speed)), `set ${what} to ${speed} baud`);
    },
    read(bytes) {
      const buffer = Buffer.alloc(bytes);
      return buffer.subarray(
        0,
        attempt(`read ${what}`, () => readSync(fd, buffer)),
      );
    },
    write: (bytes) => attempt(`write ${what}`, () => writeSync(fd, bytes)),
    close: () => closeSync(fd),
  };
  try {
    expectDone(ioctl.call(fd, TERMIOS_REQUESTS.exclusive, 0), `take ${what} for ourselves`);
    port.configure(baud);
  } catch (error) {
    port.close();
    throw error;
  }
  return port;
}

/** A descriptor that would have to wait moves no bytes. */
function attempt(doing: string, move: () => number): number {
  try {
    return move();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
    throw fault(error, doing);
  }
}
