import { createPrivateKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import {
  type BootId,
  buildTopic,
  canonicalBytes,
  type DesiredState,
  type DeviceId,
  type DownChannel,
  downFilter,
  PAYLOAD_TYPES,
  preAuthenticationEncoding,
  type ReportBody,
  type TenantId,
  type UpChannel,
} from '@wherry/protocol';
import mqttPacket, { type Packet } from 'mqtt-packet';
import type { DeviceIdentity } from './identities.ts';

/**
 * The smallest device that keeps the wire's promises: its own session and last will, signed and numbered reports, an outbox that only
 * `ack` empties, generations that only grow. It runs nothing, and leaves the director's signatures unchecked: checking costs a
 * device's processor, which is not what is measured. It does at once what the config value ORDER says: `fail NAME` makes the
 * device of that name fail, anything else is healthy.
 */
export interface DeviceEvents {
  readonly onReady: () => void;
  readonly onEnded: (reason: string) => void;
  readonly onStored: (latencyMs: number) => void;
  readonly onDesired: (desired: DesiredState, device: string) => void;
  readonly onFailing: (device: string) => void;
}

const TENANT = 'default' as TenantId;
const SUBSCRIBE_ID = 1;
const CHANNELS: readonly DownChannel[] = ['desired', 'ack', 'command'];

export class BenchDevice {
  readonly #identity: DeviceIdentity;
  readonly #events: DeviceEvents;
  readonly #key: KeyObject;
  readonly #boot = randomBytes(16).toString('hex') as BootId;
  readonly #socket: Socket;
  /** When each message without a PUBACK was sent, by packet id. */
  readonly #sentAtMs = new Map<number, number>();
  #seq = 0;
  #ackedSeq = 0;
  #packetId = SUBSCRIBE_ID;
  #generation = -1;
  readonly #attempts = new Map<string, number>();

  constructor(identity: DeviceIdentity, address: { host: string; port: number }, events: DeviceEvents) {
    this.#identity = identity;
    this.#events = events;
    this.#key = createPrivateKey({ key: Buffer.from(identity.privateKey, 'base64'), format: 'der', type: 'pkcs8' });
    this.#socket = connect({ ...address, noDelay: true });
    const parser = mqttPacket.parser({ protocolVersion: 4 });
    parser.on('packet', (packet) => this.#receive(packet));
    parser.on('error', (error) => this.#socket.destroy(error));
    this.#socket.on('data', (chunk) => parser.parse(chunk as Buffer));
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => events.onEnded(`${identity.device} was cut off`));
    this.#socket.on('connect', () => this.#send(this.#connectPacket()));
  }

  get reportsSent(): number {
    return this.#seq;
  }

  /** Numbers that the server has not said it stores. */
  get outboxLength(): number {
    return this.#seq - this.#ackedSeq;
  }

  end(): void {
    this.#socket.removeAllListeners('close');
    this.#send({ cmd: 'disconnect' } as Packet);
    this.#socket.end();
  }

  #receive(packet: Packet): void {
    switch (packet.cmd) {
      case 'connack':
        if (packet.returnCode !== 0) this.#socket.destroy();
        else this.#subscribe();
        return;
      case 'suback':
        this.#publish('presence', JSON.stringify({ status: 'online', boot: this.#boot }));
        this.#events.onReady();
        return;
      case 'puback':
        this.#stored(packet.messageId ?? 0);
        return;
      case 'publish':
        if (packet.qos === 1) this.#send({ cmd: 'puback', messageId: packet.messageId ?? 0 } as Packet);
        this.#heard(packet.topic.slice(packet.topic.lastIndexOf('/') + 1), packet.payload.toString());
        return;
    }
  }

  #heard(channel: string, text: string): void {
    if (channel === 'ack') {
      const { boot, upTo } = JSON.parse(text) as { boot: string; upTo: number };
      if (boot === this.#boot) this.#ackedSeq = Math.max(this.#ackedSeq, upTo);
    }
    if (channel !== 'desired') return;
    const { payload } = JSON.parse(text) as { payload: string };
    const desired = JSON.parse(Buffer.from(payload, 'base64').toString()) as DesiredState;
    if (desired.generation <= this.#generation) return;
    this.#generation = desired.generation;
    this.#events.onDesired(desired, this.#identity.device);
    this.#deploy(desired);
  }

  #deploy(desired: DesiredState): void {
    if (desired.workloads.length === 0) this.#report({ type: 'state', generation: desired.generation, workloads: {} });
    for (const { app, version, release, attempt, rollout, config } of desired.workloads) {
      if (this.#attempts.get(app) === attempt) continue;
      this.#attempts.set(app, attempt);
      const isFailing = config.ORDER === `fail ${this.#identity.device}`;
      for (const state of ['downloading', isFailing ? 'failed' : 'healthy'] as const) {
        const status = { app, version, release, attempt, state, restarts: 0, sinceMs: Date.now() };
        const named = { ...status, ...(rollout === undefined ? {} : { rollout }) };
        if (state === 'failed') this.#events.onFailing(this.#identity.device);
        this.#report({ type: 'state', generation: desired.generation, workloads: { [app]: named } });
      }
    }
  }

  #report(body: ReportBody): void {
    this.#seq += 1;
    const items = [{ seq: this.#seq, atMs: Date.now(), body }];
    const payload = canonicalBytes({ device: this.#identity.device, boot: this.#boot, items });
    const sig = sign(null, preAuthenticationEncoding(PAYLOAD_TYPES.report, payload), this.#key).toString('base64');
    const signatures = [{ keyid: this.#identity.keyId, sig }];
    const id = this.#publish(
      'report',
      JSON.stringify({
        payloadType: PAYLOAD_TYPES.report,
        payload: Buffer.from(payload).toString('base64'),
        signatures,
      }),
    );
    this.#sentAtMs.set(id, performance.now());
  }

  #stored(packetId: number): void {
    const sentAtMs = this.#sentAtMs.get(packetId);
    if (sentAtMs === undefined) return;
    this.#sentAtMs.delete(packetId);
    this.#events.onStored(performance.now() - sentAtMs);
  }

  #connectPacket(): Packet {
    const name = `${TENANT}/${this.#identity.device}`;
    const payload = Buffer.from(JSON.stringify({ status: 'offline', boot: this.#boot }));
    return {
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      clientId: name,
      username: name,
      password: Buffer.from(this.#identity.secret),
      keepalive: 3_600,
      will: { topic: this.#topic('presence'), payload, qos: 1, retain: false },
    } as Packet;
  }

  #subscribe(): void {
    const subscriptions = CHANNELS.map((channel) => ({
      topic: downFilter(TENANT, this.#identity.device as DeviceId, channel),
      qos: 1 as const,
    }));
    this.#send({ cmd: 'subscribe', messageId: SUBSCRIBE_ID, subscriptions } as Packet);
  }

  #publish(channel: UpChannel, payload: string): number {
    this.#packetId = (this.#packetId % 65_535) + 1;
    const topic = this.#topic(channel);
    this.#send({ cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false, messageId: this.#packetId });
    return this.#packetId;
  }

  #topic(channel: UpChannel): string {
    return buildTopic({ tenant: TENANT, device: this.#identity.device as DeviceId, channel });
  }

  #send(packet: Packet): void {
    this.#socket.write(mqttPacket.generate(packet));
  }
}
