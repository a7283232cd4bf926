import { z } from 'zod';
import { isAppPath } from '../app-topics.ts';
import { detachedSignature } from '../detached.ts';
import { LIMITS } from '../limits.ts';
import { appName, bootId } from '../names.ts';

/** The small messages around reports: acknowledgement, presence, logs, commands. */

/**
 * Every number of this boot up to and including `upTo` is stored. Only this empties the device's outbox. `generation`: of the newest
 * desired state of this device when its message arrived; absent where there is none yet.
 */
export const ack = z.strictObject({
  boot: bootId,
  upTo: z.int().min(0),
  /** A message of these numbers, signed by the device, was not understood and never will be: the device says something else in its place. */
  refused: z.strictObject({ firstSeq: z.int().min(1), seq: z.int().min(1) }).optional(),
  generation: z.int().min(1).optional(),
});
/** As it travels: signed by the director (detached.ts, type `ack`). */
export const signedAck = ack.extend({ sig: detachedSignature });

/** Birth and last will; advisory. */
export const presence = z.strictObject({ status: z.enum(['online', 'offline']), boot: bootId });

export const logLine = z.strictObject({
  app: appName,
  atMs: z.int().min(0),
  stream: z.enum(['stdout', 'stderr', 'log']),
  level: z.enum(['debug', 'info', 'warning', 'error']),
  text: z.string().max(LIMITS.logLineBytes),
});
export const logBatch = z.strictObject({
  lines: z.array(logLine).min(1).max(LIMITS.logLines),
  /** Lines that were left out before these because the device was sending too many. */
  skipped: z.int().min(0).optional(),
});

/** A request to a device; its id is the last level of the topic. Expires at `expiresAtMs` by the device's clock. */
export const command = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('restart'), app: appName, expiresAtMs: z.int() }),
  z.strictObject({ kind: z.literal('run'), app: appName, expiresAtMs: z.int() }),
  z.strictObject({
    kind: z.literal('logs'),
    app: appName.optional(),
    forMs: z.int().min(1000).max(600_000),
    expiresAtMs: z.int(),
  }),
  z.strictObject({ kind: z.literal('report'), expiresAtMs: z.int() }),
  /** A message of an operator to an app, as from the fleet's broker: its triggers with `from: fleet` get it. */
  z.strictObject({
    kind: z.literal('message'),
    app: appName,
    topic: z.string().refine(isAppPath, 'topic: one to eight levels without wildcards'),
    payload: z.string().max(LIMITS.commandPayloadChars),
    expiresAtMs: z.int(),
  }),
]);
/**
 * As it travels: signed by the director over `{ id, boot, command }` (detached.ts, type `command`), for one start of the agent, so
 * that it is worth nothing to whoever sends it again after that.
 */
export const signedCommand = z.strictObject({ boot: bootId, command, sig: detachedSignature });
export const result = z.strictObject({
  ok: z.boolean(),
  code: z.string().max(64).optional(),
  message: z.string().max(1024),
});

export type Ack = z.infer<typeof ack>;
export type SignedAck = z.infer<typeof signedAck>;
export type Presence = z.infer<typeof presence>;
export type LogLine = z.infer<typeof logLine>;
export type LogBatch = z.infer<typeof logBatch>;
export type Command = z.infer<typeof command>;
export type SignedCommand = z.infer<typeof signedCommand>;
export type CommandResult = z.infer<typeof result>;
