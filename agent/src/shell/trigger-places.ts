import type { Logger } from '../logs/logger.ts';
import type { AgentConfig } from './config.ts';

/** Where triggers are heard, as the owner of the device says. */
export function triggerPlaces({ http, localBroker }: AgentConfig) {
  const broker = typeof localBroker === 'string' ? { url: localBroker } : localBroker;
  return {
    ...(http === false ? {} : { http }),
    ...(broker === undefined ? {} : { localBroker: withoutUndefined(broker) }),
  };
}

function withoutUndefined(broker: { url: string; username?: string | undefined; password?: string | undefined }) {
  const { url, username, password } = broker;
  return { url, ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
}

/** A port that is taken must not keep the programs of the device from running. */
export async function startTriggers(triggers: { start(): Promise<void> }, log: Logger): Promise<void> {
  try {
    await triggers.start();
  } catch (error) {
    log.error({ err: error }, 'start triggers: http triggers are not served');
  }
}
