import { z } from 'zod';
import { logBatch, result } from '../messages/session.ts';
import { deviceId, rolloutId } from '../names.ts';
import { deviceEvent } from './devices.ts';

/**
 * Server-sent events at `/api/v1/stream`: hints that something changed; the reader asks for the thing itself. The query
 * `device` or `rollout` narrows the stream. `log` arrives only on `/api/v1/devices/{device}/logs`.
 * Each message is `event: <type>` and `data: <JSON of the change>`; a comment line every 15 s keeps the way open.
 */
export const streamChange = z.discriminatedUnion('type', [
  z.object({ type: z.literal('device'), device: deviceId }),
  z.object({ type: z.literal('usage'), device: deviceId }),
  z.object({ type: z.literal('event'), device: deviceId, event: deviceEvent }),
  z.object({ type: z.literal('rollout'), rollout: rolloutId }),
  z.object({ type: z.literal('member'), rollout: rolloutId, device: deviceId }),
  z.object({ type: z.literal('release') }),
  z.object({ type: z.literal('result'), device: deviceId, id: z.string(), result }),
  z.object({ type: z.literal('log'), device: deviceId, batch: logBatch }),
]);
export type StreamChange = z.infer<typeof streamChange>;
