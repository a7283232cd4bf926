import { type CommandResult, type DeviceId, succeed } from '@wherry/protocol';
import type { AppContext } from './context.ts';
import { transact } from './transact.ts';

/** The result of a command, for those who watch, and as an event of the device. */
export async function applyResult(
  context: AppContext,
  tenant: string,
  device: string,
  id: string,
  result: CommandResult,
): Promise<void> {
  await transact(context, tenant, async ({ repositories, changes, nowMs }) => {
    const message = `command ${id}${result.code ? ` (${result.code})` : ''}: ${result.message}`;
    const severity = result.ok ? 'info' : 'warning';
    const event = {
      device: device as DeviceId,
      atMs: nowMs,
      severity,
      name: 'command_result',
      app: null,
      message,
    } as const;
    for (const stored of await repositories.deviceEvents.append(tenant, [event]))
      changes.push({ type: 'event', device: stored.device, event: stored });
    changes.push({ type: 'result', device: device as DeviceId, id, result });
    return succeed(undefined);
  });
}
