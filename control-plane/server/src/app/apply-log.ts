import type { DeviceId, LogBatch } from '@wherry/protocol';
import type { AppContext } from './context.ts';

/** Lines for those who listen now; nothing is stored. */
export async function applyLog(context: AppContext, tenant: string, device: string, batch: LogBatch): Promise<void> {
  context.changes.emit(tenant, { type: 'log', device: device as DeviceId, batch });
}
