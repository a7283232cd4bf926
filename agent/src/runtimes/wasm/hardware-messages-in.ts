import { LIMITS } from '@wherry/protocol';
import { z } from 'zod';

/** What a runner may ask of the hardware; whether it was granted is looked at afterwards. */
const name = z.string().max(32);
const wait = z
  .int()
  .min(0)
  .max(2 ** 32 - 1);
const message = <Op extends string, Shape extends z.ZodRawShape>(op: Op, shape: Shape) =>
  z.strictObject({ type: z.literal('host'), op: z.literal(op), ...shape });

const operation = z.strictObject({ kind: z.enum(['read', 'write']), bytes: z.int().min(0).max(LIMITS.i2cBytes) });

export const hardwareMessages = [
  message('gpio_read', { pin: name }),
  message('gpio_write', { pin: name, isActive: z.boolean() }),
  message('gpio_wait', { pin: name, edge: z.enum(['rising', 'falling', 'both']), timeoutMs: wait }),
  message('i2c_transaction', {
    bus: name,
    address: z.int().min(0).max(0x3ff),
    operations: z.array(operation).max(LIMITS.i2cOperations),
  }),
  message('serial_open', { device: name, baud: z.int().min(0).max(4_000_000) }),
  message('serial_read', { device: name, bytes: z.int().min(1).max(LIMITS.serialBytes), timeoutMs: wait }),
  message('serial_write', { device: name }),
] as const;
