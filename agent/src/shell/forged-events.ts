import type { LinkEvents } from '../link/port.ts';
import type { Logger } from '../logs/logger.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from './clock.ts';
import type { Reporter } from './reporter.ts';

/**
 * Tells the fleet that somebody speaks to this device in the control plane's name: at most once an hour for each channel, however
 * much comes. How much it is, the link counts.
 */
const EVERY_MS = 3_600_000;

export function createForgedEvents(
  store: Pick<Store, 'transaction'>,
  reporter: () => Pick<Reporter, 'appendEvent'>,
  clock: Clock,
  log: Logger,
): Required<LinkEvents>['forged'] {
  const toldAtMs = new Map<string, number>();
  return (channel) => {
    const nowMs = clock.uptimeMs();
    if (nowMs - (toldAtMs.get(channel) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) return;
    toldAtMs.set(channel, nowMs);
    const message = `a message on ${channel} was not signed by a director whom the trusted root names: look at who runs the broker, or let the root name the control plane's director`;
    try {
      store.transaction('forged', () =>
        reporter().appendEvent(null, { severity: 'warning', name: 'message_forged', message }),
      );
    } catch (error) {
      log.error({ err: error, channel }, 'tell of forged messages');
    }
  };
}
