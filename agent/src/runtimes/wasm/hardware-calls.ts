import { LIMITS } from '@wherry/protocol';
import type { HardwareClaim } from '../../hardware/claims.ts';
import { type BusOperation, HardwareFault } from '../../hardware/port.ts';
import type { HardwareOperation } from '../../runner/hardware-messages.ts';
import { STATUS } from '../../runner/messages.ts';
import type { ServiceReply } from './service-reply.ts';

/**
 * Pins, buses and serial devices for a guest: each call is compared with the release's grants here, whatever the runner let
 * through. A wait asks the device again and again, so that it ends with its time, or with the guest.
 */
const EDGE_STATUS = { rising: 1, falling: 2 } as const;
const LOOK_EVERY_MS = 5;

export function isHardwareOperation(operation: { readonly op: string }): operation is HardwareOperation {
  return /^(gpio|i2c|serial)_/.test(operation.op);
}

/** Does it wait for the world outside, so that no time limit of a `start` guest runs? */
export function waitsForHardware({ op }: { readonly op: string }): boolean {
  return op === 'gpio_wait' || op === 'serial_read';
}

export async function serveHardware(
  operation: HardwareOperation,
  tail: Uint8Array,
  claim: HardwareClaim | null,
  signal: AbortSignal,
): Promise<ServiceReply> {
  if (claim === null || !isGranted(operation, claim)) return { status: STATUS.denied };
  try {
    return await perform(operation, tail, claim, signal);
  } catch (error) {
    if (error instanceof HardwareFault && error.reason === 'no_answer') return { status: STATUS.absent };
    if ('device' in operation) claim.dropSerial(operation.device);
    throw error;
  }
}

function isGranted(operation: HardwareOperation, { grants }: HardwareClaim): boolean {
  const own = <T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
    record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
  switch (operation.op) {
    case 'gpio_read':
      return own(grants.gpio, operation.pin) !== undefined;
    case 'gpio_write':
      return own(grants.gpio, operation.pin) === 'out';
    case 'gpio_wait':
      return own(grants.gpio, operation.pin) === 'in';
    case 'i2c_transaction':
      return own(grants.i2c, operation.bus)?.includes(operation.address) === true;
    default:
      return grants.serial?.includes(operation.device) === true;
  }
}

async function perform(
  operation: HardwareOperation,
  tail: Uint8Array,
  claim: HardwareClaim,
  signal: AbortSignal,
): Promise<ServiceReply> {
  switch (operation.op) {
    case 'gpio_read':
      return { status: claim.read(operation.pin) ? 1 : 0 };
    case 'gpio_write':
      claim.write(operation.pin, operation.isActive);
      return { status: STATUS.ok };
    case 'gpio_wait': {
      const look = () => claim.nextEdge(operation.pin, operation.edge);
      const edge = await lookUntil(look, operation.timeoutMs, signal);
      return { status: edge === null ? STATUS.timeout : EDGE_STATUS[edge] };
    }
    case 'i2c_transaction': {
      const operations = splitTail(operation.operations, tail);
      if (operations === null) return { status: STATUS.invalid };
      const read = await claim.bus(operation.bus).transact(operation.address, operations);
      return { status: read.length, tail: read };
    }
    case 'serial_open':
      claim.serial(operation.device).configure(operation.baud === 0 ? null : operation.baud);
      return { status: STATUS.ok };
    case 'serial_read': {
      const port = claim.serial(operation.device);
      const look = () => {
        const bytes = port.read(operation.bytes);
        return bytes.length > 0 ? bytes : null;
      };
      const bytes = await lookUntil(look, operation.timeoutMs, signal);
      return bytes === null ? { status: STATUS.timeout } : { status: bytes.length, tail: bytes };
    }
    case 'serial_write':
      return { status: tail.length > LIMITS.serialBytes ? STATUS.invalid : claim.serial(operation.device).write(tail) };
  }
}

async function lookUntil<T>(look: () => T | null, timeoutMs: number, signal: AbortSignal): Promise<T | null> {
  const endMs = performance.now() + Math.min(timeoutMs, LIMITS.hardwareWaitMs);
  for (;;) {
    const found = look();
    if (found !== null || signal.aborted || performance.now() >= endMs) return found;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

type DeclaredOperations = Extract<HardwareOperation, { op: 'i2c_transaction' }>['operations'];

/** Null when the tail is not what the operations say. */
function splitTail(declared: DeclaredOperations, tail: Uint8Array): BusOperation[] | null {
  let at = 0;
  let total = 0;
  const operations: BusOperation[] = [];
  for (const { kind, bytes } of declared) {
    total += bytes;
    if (kind === 'read') operations.push({ read: bytes });
    else {
      operations.push({ write: Uint8Array.from(tail.subarray(at, at + bytes)) });
      at += bytes;
    }
  }
  return at === tail.length && total <= LIMITS.i2cBytes && declared.length > 0 ? operations : null;
}
