import type { DrainEvent, DrainState, OutboxRow } from '@wherry/agent/drain';
import { IDLE_DRAIN, LINK_TUNING } from '@wherry/agent/drain';
import type { Report } from '@wherry/protocol';
import type { SimDevice, Stage } from '../stage.ts';

/** The device's session and its outbox: what link/drain-loop.ts does, with the real drain, in virtual time. */
const ROWS_AT_ONCE = 128;

export class DeviceLink {
  isUp = false;
  /** Number of the session; a word about an earlier one is old news. */
  session = 0;
  #drain: DrainState = IDLE_DRAIN;
  #wakeAtMs = Number.POSITIVE_INFINITY;
  #wish = 0;
  readonly #world: Stage;
  readonly #device: SimDevice;

  constructor(world: Stage, device: SimDevice) {
    this.#world = world;
    this.#device = device;
  }

  connect(): void {
    if (this.isUp || !this.#device.isPowered) return;
    this.isUp = true;
    this.session += 1;
    this.#world.tell(this.#device.name, 'is online');
    const { size } = { size: this.#device.disk.outbox.length };
    const holdMs = size > 50 ? this.#world.random.int(LINK_TUNING.drainJitterMs) : 0;
    this.#feed({ kind: 'up', atMs: this.#world.timeline.nowMs, holdMs });
    this.#world.fleetServer.sessionBegan(this.#device, this.session);
    this.refresh();
  }

  disconnect(): void {
    if (!this.isUp) return;
    this.isUp = false;
    this.#world.tell(this.#device.name, 'is offline');
    this.#feed({ kind: 'down' });
    this.#world.fleetServer.sessionEnded(this.#device, this.session);
  }

  /** The process is gone with all that it remembered of the session. */
  lose(): void {
    this.disconnect();
    this.#drain = IDLE_DRAIN;
    this.#wish += 1;
    this.#wakeAtMs = Number.POSITIVE_INFINITY;
  }

  /** Reads the desired state over HTTP. */
  refresh(): void {
    const { session } = this;
    this.#world.timeline.after(this.#world.random.between(20, 400), () => {
      if (!this.isUp || this.session !== session) return;
      const found = this.#world.fleetServer.readDesired(this.#device.name);
      if (found !== null) this.#device.receiveDesired(found);
    });
  }

  acknowledged(boot: string, upTo: number): void {
    if (this.isUp) this.#feed({ kind: 'ack', boot, upTo });
  }

  appended(): void {
    const atMs = this.#world.timeline.nowMs + LINK_TUNING.lingerMs;
    if (this.isUp && atMs < this.#wakeAtMs) this.#wake(atMs);
  }

  #wake(atMs: number): void {
    this.#wakeAtMs = atMs;
    this.#wish += 1;
    const wish = this.#wish;
    this.#world.timeline.after(atMs - this.#world.timeline.nowMs, () => {
      if (wish === this.#wish) this.#pump();
    });
  }

  #pump(): void {
    this.#wakeAtMs = Number.POSITIVE_INFINITY;
    const hasRoom = this.#drain.isUp && this.#drain.inFlight.length < LINK_TUNING.windowMessages;
    const rows = hasRoom ? this.#rowsAfter(this.#drain.position) : [];
    const batches = rows.length === 0 ? [] : this.#world.machines.drain.cutIntoBatches(rows, () => 200);
    this.#feed({ kind: 'pump', atMs: this.#world.timeline.nowMs, batches });
  }

  #rowsAfter(position: DrainState['position']): readonly OutboxRow[] {
    const { outbox } = this.#device.disk;
    if (position === null) return outbox.slice(0, ROWS_AT_ONCE);
    const last = outbox.findLastIndex((row) => row.boot === position.boot && row.seq <= position.seq);
    return outbox.slice(last + 1, last + 1 + ROWS_AT_ONCE);
  }

  #feed(event: DrainEvent): void {
    this.#world.steps += 1;
    const next = this.#world.machines.drain.drainStep(this.#drain, event, LINK_TUNING);
    this.#drain = next.state;
    for (const effect of next.effects) {
      if (effect.kind === 'send') this.#send(effect.rows);
      else if (effect.kind === 'acknowledge') this.#device.forgetRows(effect.boot, effect.upTo);
      else if (effect.kind === 'wake') this.#wake(effect.atMs);
      else {
        const { boot, firstSeq, seq } = effect;
        this.#world.checks.gaveUp(this.#device, boot, firstSeq, seq);
      }
    }
  }

  #send(rows: readonly OutboxRow[]): void {
    const boot = rows[0]?.boot ?? '';
    const items = rows.map(({ seq, firstSeq, atMs, entry }) => ({
      seq,
      ...(firstSeq === seq ? {} : { firstSeq }),
      atMs,
      body: entry.kind === 'report' ? entry.body : { type: 'dropped', count: 1, what: 'usage' },
    }));
    const report = { device: this.#device.name, boot, items } as Report;
    this.#world.network.carry(() => this.#world.fleetServer.receive(this.#device.name, report));
  }
}
