import type { TriggerEvent } from '../port.ts';

/**
 * A trigger as a container receives it: one line of JSON on its standard input. The payload of a message is base64, as it
 * may be anything. Null for what containers do not take.
 */
export function eventLine(event: TriggerEvent): string | null {
  if (event.on === 'cron') return `${JSON.stringify({ on: 'cron', schedule: event.schedule, atMs: event.atMs })}\n`;
  if (event.on !== 'mqtt') return null;
  const payload = Buffer.from(event.payload).toString('base64');
  return `${JSON.stringify({ on: 'mqtt', topic: event.topic, payload })}\n`;
}
