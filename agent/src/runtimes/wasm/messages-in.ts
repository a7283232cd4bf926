import { ERROR_CODES, LIMITS } from '@wherry/protocol';
import { z } from 'zod';
import type { FromRunner } from '../../runner/messages.ts';
import { hardwareMessages } from './hardware-messages-in.ts';

/**
 * Everything a runner may say. A runner that says something else has been taken over by its guest, or is broken: it is ended.
 */
/** What node:http would throw at is refused here, where it costs the runner and not the agent. */
const headers = z.record(
  z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/),
  z.string().regex(/^[\t\x20-\x7e\x80-\xff]{0,4096}$/),
);
const text = (most: number) => z.string().max(most);
const fd = z.int().min(0).max(100_000);
const count = z.int().min(0);
const mark = count.optional();

const host = z.discriminatedUnion('op', [
  z.strictObject({ type: z.literal('host'), op: z.literal('publish'), topic: text(LIMITS.topicBytes) }),
  z.strictObject({ type: z.literal('host'), op: z.literal('kv_get'), key: text(LIMITS.kvKeyBytes) }),
  z.strictObject({ type: z.literal('host'), op: z.literal('kv_set'), key: text(LIMITS.kvKeyBytes) }),
  z.strictObject({ type: z.literal('host'), op: z.literal('kv_delete'), key: text(LIMITS.kvKeyBytes) }),
  z.strictObject({ type: z.literal('host'), op: z.literal('secret_get'), name: text(64) }),
  z.strictObject({ type: z.literal('host'), op: z.literal('next'), timeoutMs: count.max(2 ** 32 - 1) }),
  z.strictObject({ type: z.literal('host'), op: z.literal('answer'), status: z.int(), headers }),
  z.strictObject({ type: z.literal('host'), op: z.literal('fetch'), method: text(16), url: text(8192), headers }),
  z.strictObject({ type: z.literal('host'), op: z.literal('sync'), fd }),
  z.strictObject({ type: z.literal('host'), op: z.literal('symlink'), fd, name: text(255), target: text(4096) }),
  ...hardwareMessages,
]);

const result = z.union([
  z.strictObject({
    ok: z.literal(true),
    answer: z.strictObject({ status: z.int().min(200).max(599), headers }).optional(),
  }),
  z.strictObject({
    ok: z.literal(false),
    code: z.enum(['guest_error', 'memory_limit', 'fuel_limit']),
    message: text(1024),
  }),
]);

export const fromRunner = z.union([
  host,
  z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('ready'),
      handlers: z.array(z.enum(['start', 'health', 'cron', 'mqtt', 'http', 'save', 'load'])).max(8),
      peakBytes: count,
    }),
    z.strictObject({ type: z.literal('refused'), code: z.enum(ERROR_CODES), message: text(4096) }),
    z.strictObject({ type: z.literal('idle'), isIdle: z.boolean() }),
    z.strictObject({
      type: z.literal('log'),
      level: z.enum(['debug', 'info', 'warning', 'error']),
      stream: z.enum(['stdout', 'stderr', 'log']),
      text: text(LIMITS.logLineBytes),
      skipped: count,
    }),
    z.strictObject({
      type: z.literal('done'),
      result,
      exitCode: z.int().optional(),
      peakBytes: count,
      fuel: count.optional(),
      hits: z.strictObject({ stack: mark, open_files: mark, disk: mark, log_lines: mark }).optional(),
    }),
  ]),
]);

/** What may come back, as the schema gives it; each is also a FromRunner. */
export type CheckedMessage = z.infer<typeof fromRunner>;
const _: (message: CheckedMessage) => FromRunner = (message) => message as FromRunner;
void _;
