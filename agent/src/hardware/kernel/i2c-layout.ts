import type { BusOperation } from '../port.ts';

/**
 * The kernel's I2C interface (linux/i2c-dev.h, linux/i2c.h) for 64-bit machines. Its requests are older than _IOC and plain
 * numbers. A transaction is one piece of memory: the transfer, its messages, then the bytes of all operations, so that whoever holds
 * the piece holds everything that the kernel is pointed at.
 */
export const I2C_REQUESTS = { slave: 0x0703, readWrite: 0x0707 } as const;
export const I2C_SIZES = { message: 16, transfer: 16 } as const;
export const I2C_READ = 1;
export const I2C_OFFSETS = {
  message: { address: 0, flags: 2, length: 4, buffer: 8 },
  transfer: { messages: 0, count: 8 },
} as const;

export function emptyTransfer(operations: readonly BusOperation[]): Buffer {
  const dataBytes = operations.reduce((sum, operation) => sum + lengthOf(operation), 0);
  return Buffer.alloc(dataAt(operations) + dataBytes);
}

/** Fills `memory`, which lies at `base`. */
export function fillTransfer(memory: Buffer, base: bigint, address: number, operations: readonly BusOperation[]): void {
  memory.writeBigUInt64LE(base + BigInt(I2C_SIZES.transfer), I2C_OFFSETS.transfer.messages);
  memory.writeUInt32LE(operations.length, I2C_OFFSETS.transfer.count);
  let at = dataAt(operations);
  for (const [index, operation] of operations.entries()) {
    const message = memory.subarray(I2C_SIZES.transfer + index * I2C_SIZES.message);
    message.writeUInt16LE(address, I2C_OFFSETS.message.address);
    message.writeUInt16LE('read' in operation ? I2C_READ : 0, I2C_OFFSETS.message.flags);
    message.writeUInt16LE(lengthOf(operation), I2C_OFFSETS.message.length);
    message.writeBigUInt64LE(base + BigInt(at), I2C_OFFSETS.message.buffer);
    if ('write' in operation) memory.set(operation.write, at);
    at += lengthOf(operation);
  }
}

/** The bytes of all reads, in order. */
export function readsOf(memory: Buffer, operations: readonly BusOperation[]): Buffer {
  const parts: Uint8Array[] = [];
  let at = dataAt(operations);
  for (const operation of operations) {
    if ('read' in operation) parts.push(memory.subarray(at, at + operation.read));
    at += lengthOf(operation);
  }
  return Buffer.concat(parts);
}

function dataAt(operations: readonly BusOperation[]): number {
  return I2C_SIZES.transfer + operations.length * I2C_SIZES.message;
}

function lengthOf(operation: BusOperation): number {
  return 'read' in operation ? operation.read : operation.write.length;
}
