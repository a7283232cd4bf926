import type { AppContext } from '../app/context.ts';
import { devicesConnected, devicesDisconnected } from '../app/device-session.ts';
import type { SessionChange } from './session-log.ts';

/** Stores a group of news in one commit for each tenant and kind. When that fails each is tried alone: one takes no other with it. */
export async function tellSessions(context: AppContext, changes: readonly SessionChange[]): Promise<void> {
  const groups = Map.groupBy(changes, ({ tenant, news }) => `${tenant} ${news}`);
  for (const group of groups.values()) {
    try {
      await tell(context, group);
    } catch (error) {
      if (group.length > 1) for (const one of group) await tellAlone(context, one);
      else logFailure(context, group, error);
    }
  }
}

async function tellAlone(context: AppContext, change: SessionChange): Promise<void> {
  try {
    await tell(context, [change]);
  } catch (error) {
    logFailure(context, [change], error);
  }
}

async function tell(context: AppContext, group: readonly SessionChange[]): Promise<void> {
  const [first] = group;
  if (!first) return;
  const devices = group.map(({ device }) => device);
  await (first.news === 'connected' ? devicesConnected : devicesDisconnected)(context, first.tenant, devices);
}

function logFailure(context: AppContext, [change]: readonly SessionChange[], error: unknown): void {
  context.log.error({ err: error, ...change }, 'tell that a session began or ended');
}
