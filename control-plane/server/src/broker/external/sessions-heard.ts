/**
 * Which devices are there, from what they say: a birth or any message begins a session, a last will or a farewell ends it. When the
 * connection to the broker was lost nobody is known until heard; a device that is taken for absent misses hints, and waits aside in a
 * rollout until then, which harms less than one that is waited for in vain.
 */
export class SessionsHeard {
  readonly #names = new Map<string, { readonly tenant: string; readonly device: string }>();
  readonly #tell: SessionsTold;

  constructor(tell: SessionsTold) {
    this.#tell = tell;
  }

  has(tenant: string, device: string): boolean {
    return this.#names.has(`${tenant}/${device}`);
  }

  heard(tenant: string, device: string): void {
    if (this.has(tenant, device)) return;
    this.#names.set(`${tenant}/${device}`, { tenant, device });
    this.#tell.connected(tenant, device);
  }

  gone(tenant: string, device: string): void {
    if (this.#names.delete(`${tenant}/${device}`)) this.#tell.disconnected(tenant, device);
  }

  allGone(): void {
    for (const { tenant, device } of [...this.#names.values()]) this.gone(tenant, device);
  }
}

export interface SessionsTold {
  connected(tenant: string, device: string): void;
  disconnected(tenant: string, device: string): void;
}
