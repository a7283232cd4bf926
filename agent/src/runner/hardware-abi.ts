import { LIMITS } from '@wherry/protocol/admission';
import type { Channel } from './channel.ts';
import type { GuestMemory } from './guest-memory.ts';
import { STATUS } from './messages.ts';

/**
 * The hardware part of the import module `wherry`, after wasi:gpio and wasi:i2c, with names in the place of handles: there is no
 * handle that a guest could guess. Sizes are checked here, grants in the agent.
 */
const NAME_BYTES = 32;
const EDGES = [null, 'rising', 'falling', 'both'] as const;
/** In guest memory, an operation on a bus is three u32: kind (0 writes, 1 reads), pointer, length. */
const OPERATION_BYTES = 12;
const WRITE = 0;
const READ = 1;
const BAUD_MAX = 4_000_000;

export interface HardwareAbiContext {
  readonly channel: Channel;
  readonly memory: GuestMemory;
  readonly text: (pointer: number, length: number, bytesMax: number) => string | null;
}

export function hardwareImports({ channel, memory, text }: HardwareAbiContext) {
  const nameAt = (pointer: number, length: number) => text(pointer, length, NAME_BYTES);

  return {
    gpio_read(nameAtPointer: number, nameLength: number): number {
      const pin = nameAt(nameAtPointer, nameLength);
      return pin === null ? STATUS.invalid : channel.request({ op: 'gpio_read', pin }).status;
    },
    gpio_write(nameAtPointer: number, nameLength: number, value: number): number {
      const pin = nameAt(nameAtPointer, nameLength);
      return pin === null ? STATUS.invalid : channel.request({ op: 'gpio_write', pin, isActive: value !== 0 }).status;
    },
    gpio_wait(nameAtPointer: number, nameLength: number, edgeNumber: number, timeoutMs: number): number {
      const pin = nameAt(nameAtPointer, nameLength);
      const edge = EDGES[edgeNumber] ?? null;
      if (pin === null || edge === null) return STATUS.invalid;
      return channel.request({ op: 'gpio_wait', pin, edge, timeoutMs: timeoutMs >>> 0 }).status;
    },
    i2c_transaction(
      nameAtPointer: number,
      nameLength: number,
      address: number,
      operationsAt: number,
      count: number,
    ): number {
      const bus = nameAt(nameAtPointer, nameLength);
      const isInRange = count >>> 0 <= LIMITS.i2cOperations && address >>> 0 <= 0x3ff;
      if (bus === null || !isInRange || count === 0) return STATUS.invalid;
      const list = readOperations(memory, operationsAt, count);
      if (list === null) return STATUS.invalid;
      const writes = list.filter(({ kind }) => kind === 'write').map(({ at, bytes }) => memory.copy(at, bytes));
      const operations = list.map(({ kind, bytes }) => ({ kind, bytes }));
      const reply = channel.request({ op: 'i2c_transaction', bus, address, operations }, Buffer.concat(writes));
      if (reply.status < 0) return reply.status;
      let from = 0;
      for (const { kind, at, bytes } of list) {
        if (kind === 'write') continue;
        memory.write(at, reply.tail.subarray(from, from + bytes));
        from += bytes;
      }
      return from;
    },
    serial_open(nameAtPointer: number, nameLength: number, baud: number): number {
      const device = nameAt(nameAtPointer, nameLength);
      if (device === null || baud >>> 0 > BAUD_MAX) return STATUS.invalid;
      return channel.request({ op: 'serial_open', device, baud: baud >>> 0 }).status;
    },
    serial_read(
      nameAtPointer: number,
      nameLength: number,
      bufferAt: number,
      bufferLength: number,
      timeoutMs: number,
    ): number {
      const device = nameAt(nameAtPointer, nameLength);
      const bytes = Math.min(bufferLength >>> 0, LIMITS.serialBytes);
      if (device === null || bytes === 0) return STATUS.invalid;
      memory.bytes(bufferAt, bytes);
      const reply = channel.request({ op: 'serial_read', device, bytes, timeoutMs: timeoutMs >>> 0 });
      if (reply.status < 0) return reply.status;
      memory.write(bufferAt, reply.tail.subarray(0, bytes));
      return reply.tail.length;
    },
    serial_write(nameAtPointer: number, nameLength: number, bytesAt: number, length: number): number {
      const device = nameAt(nameAtPointer, nameLength);
      if (device === null || length >>> 0 > LIMITS.serialBytes) return STATUS.invalid;
      return channel.request({ op: 'serial_write', device }, memory.bytes(bytesAt, length)).status;
    },
  };
}

interface Operation {
  readonly kind: 'read' | 'write';
  readonly at: number;
  readonly bytes: number;
}

/** Null when one is of no known kind, or all together are too long. A pointer outside the memory is a trap. */
function readOperations(memory: GuestMemory, at: number, count: number): Operation[] | null {
  const view = memory.view(at, count * OPERATION_BYTES);
  const list: Operation[] = [];
  let total = 0;
  for (let i = 0; i < count; i += 1) {
    const kind = view.getUint32(i * OPERATION_BYTES, true);
    const pointer = view.getUint32(i * OPERATION_BYTES + 4, true);
    const bytes = view.getUint32(i * OPERATION_BYTES + 8, true);
    total += bytes;
    if ((kind !== WRITE && kind !== READ) || total > LIMITS.i2cBytes) return null;
    // Looked at before anything happens on the bus.
    memory.bytes(pointer, bytes);
    list.push({ kind: kind === READ ? 'read' : 'write', at: pointer, bytes });
  }
  return list;
}
