import { type Command as DeviceOrder, PATHS, type StreamChange, sendCommand } from '@wherry/protocol';
import type { Connection } from '../../connection/connect.ts';
import { readEvents } from '../../connection/event-stream.ts';
import { refused } from '../../failure.ts';

export const ORDER_TTL_MS = 30_000;

type Result = Extract<StreamChange, { type: 'result' }>;

/** Sends a command to a device and waits for its result, which may come before the answer of the control plane. */
export async function orderAndWait(connection: Connection, device: string, order: DeviceOrder): Promise<Result> {
  const deadline = AbortSignal.timeout(ORDER_TTL_MS);
  const path = `${PATHS.stream}?device=${encodeURIComponent(device)}`;
  const opened = Promise.withResolvers<void>();
  const events = readEvents(connection, path, deadline, () => opened.resolve());
  const results: Result[] = [];
  let id: string | undefined;
  const waiting = (async () => {
    for await (const change of events) {
      if (change.type !== 'result' || change.device !== device) continue;
      results.push(change);
      if (id !== undefined && change.id === id) return change;
    }
    return undefined;
  })();
  waiting.catch(() => {});
  await Promise.race([opened.promise, waiting]);
  id = (await connection.client.call(sendCommand, { params: { device }, body: order })).id;
  const early = results.find((result) => result.id === id);
  const found = early ?? (await waiting.catch(() => undefined));
  await events.return(undefined).catch(() => {});
  if (found) return found;
  throw refused(
    'expired',
    `${device} did not answer within ${ORDER_TTL_MS / 1000} s: is it online? See "wherry device show ${device}"`,
  );
}
