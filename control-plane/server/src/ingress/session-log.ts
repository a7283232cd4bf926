/**
 * Tells the application, in order and for each device one at a time, whether its session lives. Only the newest news of a device
 * waits: a device that flaps faster than they are told costs one entry.
 */
export type SessionNews = 'connected' | 'disconnected';

export class SessionLog {
  readonly #tell: (tenant: string, device: string, news: SessionNews) => Promise<void>;
  readonly #devices = new Map<string, { next: SessionNews | null; readonly running: Promise<void> }>();

  /** `tell` handles its own errors. */
  constructor(tell: (tenant: string, device: string, news: SessionNews) => Promise<void>) {
    this.#tell = tell;
  }

  note(tenant: string, device: string, news: SessionNews): void {
    const name = `${tenant}/${device}`;
    const entry = this.#devices.get(name);
    if (entry) entry.next = news;
    else this.#devices.set(name, { next: null, running: this.#run(name, tenant, device, news) });
  }

  async drain(): Promise<void> {
    while (this.#devices.size > 0) await Promise.all([...this.#devices.values()].map(({ running }) => running));
  }

  async #run(name: string, tenant: string, device: string, first: SessionNews): Promise<void> {
    for (let news: SessionNews | null = first; news; ) {
      await this.#tell(tenant, device, news);
      const entry = this.#devices.get(name);
      news = entry?.next ?? null;
      if (entry) entry.next = null;
    }
    this.#devices.delete(name);
  }
}
