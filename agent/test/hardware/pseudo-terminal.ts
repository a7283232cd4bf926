import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { type Ioctl, requestNumber } from '../../src/hardware/kernel/ioctl.ts';
import { TERMIOS_OFFSETS, TERMIOS_REQUESTS, TERMIOS_SIZE } from '../../src/hardware/kernel/termios-layout.ts';

/** A serial line within this machine: the program under test opens `path`, and here is the other end (pty(7)). */
export interface PseudoTerminal {
  readonly path: string;
  write(bytes: Uint8Array): void;
  /** What has come. */
  read(): Buffer;
  /** Bits a second that the other side has chosen. */
  speed(): number;
  close(): void;
}

const TERMINAL = 'T'.charCodeAt(0);
const UNLOCK = requestNumber('write', TERMINAL, 0x31, 4);
const NUMBER = requestNumber('read', TERMINAL, 0x30, 4);

export function openPseudoTerminal(ioctl: Ioctl): PseudoTerminal {
  const fd = openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  const number = Buffer.alloc(4);
  if (ioctl.call(fd, UNLOCK, number) < 0 || ioctl.call(fd, NUMBER, number) < 0) throw new Error('no pseudo terminal');
  return {
    path: `/dev/pts/${number.readInt32LE()}`,
    write: (bytes) => void writeSync(fd, bytes),
    read() {
      const bytes = Buffer.alloc(4_096);
      try {
        return bytes.subarray(0, readSync(fd, bytes));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return bytes.subarray(0, 0);
        throw error;
      }
    },
    speed() {
      const settings = Buffer.alloc(TERMIOS_SIZE);
      ioctl.call(fd, TERMIOS_REQUESTS.get, settings);
      return settings.readUInt32LE(TERMIOS_OFFSETS.ospeed);
    },
    close: () => closeSync(fd),
  };
}
