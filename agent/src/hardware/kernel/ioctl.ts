import { HardwareFault } from '../port.ts';

/**
 * The three things that Node lacks for character devices: ioctl(2), asking whether a descriptor can be read, and the address of a
 * buffer. koffi is loaded only where a device has hardware configured, so that no other agent pays for it. The requests
 * and structures are in the files beside this one; a test compares each with the kernel's own headers.
 */
export interface Ioctl {
  /** 0 or more, or the negative of an errno. */
  call(fd: number, request: number, argument: Uint8Array | number): number;
  /** The same on a thread of its own, for calls that last. */
  callSlowly(fd: number, request: number, argument: Uint8Array): Promise<number>;
  isReadable(fd: number): boolean;
  /** Valid while the buffer is referenced and not moved: only for memory outside the JavaScript heap. */
  address(bytes: Uint8Array): bigint;
}

const POLLIN = 1;
const POLL_STRUCT_BYTES = 8;

/** `library` null: what this process is linked with. Another one stands in for a kernel with other devices. */
export async function loadIoctl(library: string | null = null): Promise<Ioctl> {
  const { default: koffi } = await import('koffi');
  const process = koffi.load(null);
  const ioctl = koffi.load(library).func('int ioctl(int fd, unsigned long request, void *argument)');
  const ioctlNumber = koffi.load(library).func('ioctl', 'int', ['int', 'unsigned long', 'long']);
  const poll = process.func('int poll(void *fds, unsigned long count, int timeoutMs)');
  return {
    call(fd, request, argument) {
      const function_ = typeof argument === 'number' ? ioctlNumber : ioctl;
      const result = function_(fd, request, argument) as number;
      return result < 0 ? -koffi.errno() : result;
    },
    callSlowly: (fd, request, argument) =>
      new Promise((resolve, reject) => {
        ioctl.async(fd, request, argument, (error: Error | null, result: number) => {
          if (error) reject(error);
          else resolve(result < 0 ? -koffi.errno() : result);
        });
      }),
    isReadable(fd) {
      const one = Buffer.alloc(POLL_STRUCT_BYTES);
      one.writeInt32LE(fd, 0);
      one.writeInt16LE(POLLIN, 4);
      return (poll(one, 1, 0) as number) > 0 && one.readInt16LE(6) !== 0;
    },
    address: (bytes) => koffi.address(bytes),
  };
}

/** asm-generic/ioctl.h, as x86 and ARM use it. */
const DIRECTION = { none: 0, write: 1, read: 2, both: 3 } as const;

export function requestNumber(direction: keyof typeof DIRECTION, type: number, number: number, sizeBytes: number) {
  return ((DIRECTION[direction] << 30) | (sizeBytes << 16) | (type << 8) | number) >>> 0;
}

const ERRNO: Readonly<Record<number, string>> = {
  1: 'EPERM',
  2: 'ENOENT',
  5: 'EIO',
  6: 'ENXIO',
  9: 'EBADF',
  11: 'EAGAIN',
  13: 'EACCES',
  16: 'EBUSY',
  19: 'ENODEV',
  22: 'EINVAL',
  25: 'ENOTTY',
  95: 'EOPNOTSUPP',
  110: 'ETIMEDOUT',
  121: 'EREMOTEIO',
};

/** `result` of a call that must succeed. */
export function expectDone(result: number, doing: string): number {
  if (result >= 0) return result;
  const code = ERRNO[-result] ?? `errno ${-result}`;
  const reason =
    code === 'EBUSY' ? 'busy' : code === 'ENXIO' || code === 'EREMOTEIO' ? 'no_answer' : ('failed' as const);
  throw new HardwareFault(reason, `${doing}: ${code}`);
}
