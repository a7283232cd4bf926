import { type AppName, type DeviceId, LIMITS } from '@wherry/protocol';
import type { AppMessage } from '../broker/port.ts';
import type { AppContext } from './context.ts';

/** What an app tells the fleet, for those who listen to the device's log now; nothing is stored. */
export async function applyAppMessage(context: AppContext, message: AppMessage): Promise<void> {
  const { tenant, device, app, path, payload } = message;
  const text = `${path} ${new TextDecoder().decode(payload)}`.slice(0, LIMITS.logLineBytes);
  const line = { app: app as AppName, atMs: context.clock.nowMs(), stream: 'log', level: 'info', text } as const;
  context.changes.emit(tenant, { type: 'log', device: device as DeviceId, batch: { lines: [line] } });
}
