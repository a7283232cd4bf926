import { buildTopic, type Command, type DeviceId, type TenantId } from '@wherry/protocol';
import type { AppContext } from '../../app/context.ts';
import { SERVER_LIMITS } from '../../config/limits.ts';

/** Asks a device for its log while somebody listens, and again before it stops by itself; one request however many listen. */
export class LogWatch {
  readonly #context: AppContext;
  readonly #watched = new Map<string, { listeners: number; readonly timer: NodeJS.Timeout }>();

  constructor(context: AppContext) {
    this.#context = context;
  }

  /** Returns how to stop. */
  watch(tenant: TenantId, device: DeviceId): () => void {
    const name = `${tenant}/${device}`;
    const entry = this.#watched.get(name);
    if (entry) entry.listeners += 1;
    else {
      const timer = setInterval(() => this.#ask(tenant, device), SERVER_LIMITS.logsRenewMs);
      this.#watched.set(name, { listeners: 1, timer });
    }
    this.#ask(tenant, device);
    return () => this.#release(name);
  }

  #release(name: string): void {
    const entry = this.#watched.get(name);
    if (!entry) return;
    entry.listeners -= 1;
    if (entry.listeners > 0) return;
    clearInterval(entry.timer);
    this.#watched.delete(name);
  }

  #ask(tenant: TenantId, device: DeviceId): void {
    const { broker, clock, log, newId } = this.#context;
    const forMs = SERVER_LIMITS.logsForMs;
    const command: Command = { kind: 'logs', forMs, expiresAtMs: clock.nowMs() + forMs };
    const topic = { tenant, device, channel: 'command', id: newId() } as const;
    broker.publish(topic, Buffer.from(JSON.stringify(command))).catch((error: unknown) => {
      log.warn({ err: error, topic: buildTopic(topic) }, 'ask a device for its log');
    });
  }
}
