import { LIMITS, type Outcome, refuse, succeed } from '@wherry/protocol';
import type { CallEvent } from '../../runner/messages.ts';
import type { TriggerEvent } from '../port.ts';

const NOTHING = new Uint8Array(0);
const HEADERS_MAX = 32;
const HEADER_CHARS_MAX = 2048;

/** A trigger as it travels to the runner: head and payload, within the limits. Code: payload_too_large. */
export function toCallEvent(event: TriggerEvent): Outcome<{ event: CallEvent; payload: Uint8Array }> {
  switch (event.on) {
    case 'start':
    case 'cron':
      return succeed({ event, payload: NOTHING });
    case 'mqtt':
      if (event.payload.length > LIMITS.packetBytes)
        return refuse('payload_too_large', `a message of ${event.payload.length} bytes on ${event.topic}`);
      return succeed({ event: { on: 'mqtt', topic: event.topic }, payload: event.payload });
    case 'http': {
      if (event.body.length > LIMITS.httpBodyBytes)
        return refuse('payload_too_large', `a request body of ${event.body.length} bytes`);
      const { on, method, path, query, body } = event;
      const headers = Object.fromEntries(
        Object.entries(event.headers)
          .filter(([, value]) => value.length <= HEADER_CHARS_MAX)
          .slice(0, HEADERS_MAX),
      );
      return succeed({ event: { on, method, path, query, headers }, payload: body });
    }
  }
}
