import type { SerialConfig } from '../config.ts';
import { requestNumber } from './ioctl.ts';

/** struct termios2 (asm-generic/termbits.h): the form of terminal settings in which any speed can be written. */
const TERMINAL = 'T'.charCodeAt(0);
export const TERMIOS_SIZE = 44;
export const TERMIOS_OFFSETS = { iflag: 0, oflag: 4, cflag: 8, lflag: 12, cc: 17, ispeed: 36, ospeed: 40 } as const;
export const TERMIOS_REQUESTS = {
  get: requestNumber('read', TERMINAL, 0x2a, TERMIOS_SIZE),
  set: requestNumber('write', TERMINAL, 0x2b, TERMIOS_SIZE),
  exclusive: 0x540c,
} as const;
export const TERMIOS_FLAGS = {
  eightBits: 0x30,
  twoStopBits: 0x40,
  receive: 0x80,
  parity: 0x100,
  parityOdd: 0x200,
  local: 0x800,
  /** The speed is in ispeed and ospeed. */
  otherBaud: 0x1000,
  rtsCts: 0x8000_0000,
} as const;
/** Places in c_cc. */
export const TERMIOS_CHARACTERS = { time: 5, min: 6 } as const;

/** Raw bytes both ways: nothing is echoed, translated, or taken for a signal. */
export function termiosOf(config: SerialConfig, baud: number): Buffer {
  const { parity, stopBits, flowControl } = config;
  const flags =
    TERMIOS_FLAGS.eightBits |
    TERMIOS_FLAGS.receive |
    TERMIOS_FLAGS.local |
    TERMIOS_FLAGS.otherBaud |
    (stopBits === 2 ? TERMIOS_FLAGS.twoStopBits : 0) |
    (parity === 'none' ? 0 : TERMIOS_FLAGS.parity) |
    (parity === 'odd' ? TERMIOS_FLAGS.parityOdd : 0) |
    (flowControl === 'rts-cts' ? TERMIOS_FLAGS.rtsCts : 0);
  const bytes = Buffer.alloc(TERMIOS_SIZE);
  bytes.writeUInt32LE(flags >>> 0, TERMIOS_OFFSETS.cflag);
  bytes[TERMIOS_OFFSETS.cc + TERMIOS_CHARACTERS.min] = 1;
  bytes.writeUInt32LE(baud, TERMIOS_OFFSETS.ispeed);
  bytes.writeUInt32LE(baud, TERMIOS_OFFSETS.ospeed);
  return bytes;
}
