import { type DeviceId, LIMITS, type Problem } from '@wherry/protocol';
import type { AppContext } from '../app/context.ts';
import type { IncomingMessage } from '../broker/port.ts';
import { SERVER_LIMITS } from '../config/limits.ts';
import { KeyedThrottle } from '../throttle/keyed-throttle.ts';

/** Tells the operator, as an event and at most once a minute for each device, that a device sends what cannot be taken. */
export function noteInvalidMessages(context: AppContext) {
  const throttle = new KeyedThrottle(
    { burst: 1, perSecond: 1000 / SERVER_LIMITS.invalidMessageEventEveryMs },
    SERVER_LIMITS.throttleKeys,
  );
  return async ({ tenant, device, channel }: IncomingMessage, problems: readonly Problem[]): Promise<void> => {
    const nowMs = context.clock.nowMs();
    const key = `${tenant}/${device}`;
    if (throttle.waitMs(key, nowMs) > 0) return;
    throttle.count(key, nowMs);
    const [first] = problems;
    const where = first?.path ? ` (at ${first.path})` : '';
    const message = `A ${channel} message was dropped: ${first?.code ?? 'invalid_message'}: ${first?.message ?? ''}${where}`;
    const event = {
      device: device as DeviceId,
      atMs: nowMs,
      severity: 'warning',
      name: 'invalid_message',
      app: null,
      message: message.slice(0, LIMITS.eventDetailBytes),
    } as const;
    try {
      for (const stored of await context.store.deviceEvents.append(tenant, [event]))
        context.changes.emit(tenant, { type: 'event', device: event.device, event: stored });
    } catch (error) {
      context.log.error({ err: error, tenant, device }, 'note an invalid message');
    }
  };
}
