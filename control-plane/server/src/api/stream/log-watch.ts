import type { DeviceId, TenantId } from '@wherry/protocol';
import type { AppContext } from '../../app/context.ts';
import { addresseeOf, orderDevice } from '../../app/order-device.ts';
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
      const timer = setInterval(() => void this.#ask(tenant, device), SERVER_LIMITS.logsRenewMs);
      this.#watched.set(name, { listeners: 1, timer });
    }
    void this.#ask(tenant, device);
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

  async #ask(tenant: TenantId, device: DeviceId): Promise<void> {
    const { clock, log, newId, store } = this.#context;
    const forMs = SERVER_LIMITS.logsForMs;
    try {
      const addressee = await addresseeOf(store.standings, tenant, device);
      if (!addressee.ok) return;
      await orderDevice(this.#context, addressee.value, newId(), {
        kind: 'logs',
        forMs,
        expiresAtMs: clock.nowMs() + forMs,
      });
    } catch (error) {
      log.warn({ err: error, tenant, device }, 'ask a device for its log');
    }
  }
}
