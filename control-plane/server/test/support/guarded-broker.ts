import { succeed } from '@wherry/protocol';
import { afterEach, beforeEach, expect } from 'vitest';
import { createEmbeddedBroker, type EmbeddedBrokerOptions } from '../../src/broker/embedded/embedded-broker.ts';
import type { Violation } from '../../src/broker/guard/violations.ts';
import type { Broker, IncomingMessage } from '../../src/broker/port.ts';
import { eventually } from './eventually.ts';
import { connectPacket, openRaw, type RawPeer } from './raw-mqtt.ts';

export const CREDENTIALS = { clientId: 'acme/pi-1', userName: 'acme/pi-1', password: 'secret' };
export const TOPIC = 'wherry/v1/acme/pi-1/report';
const CONNACK_ACCEPTED = Buffer.from([0x20, 2, 0, 0]);

/** The embedded broker behind its guard, with what it let through and why it closed; started anew for each test. */
export class GuardedBroker {
  broker!: Broker;
  url = '';
  violations: Violation[] = [];
  received: IncomingMessage[] = [];
  authentications = 0;
  readonly #peers: RawPeer[] = [];

  async start(options: Partial<EmbeddedBrokerOptions> = {}): Promise<void> {
    this.violations = [];
    this.received = [];
    this.authentications = 0;
    this.broker = createEmbeddedBroker({
      plain: { host: '127.0.0.1', port: 0 },
      onViolation: (violation) => this.violations.push(violation),
      ...options,
    });
    const { url } = await this.broker.start({
      authenticate: async (_tenant, _device, secret) => {
        this.authentications += 1;
        return secret === 'secret';
      },
      receive: async (message) => {
        this.received.push(message);
        return succeed(undefined);
      },
      connected: () => {},
      disconnected: () => {},
    });
    this.url = url;
  }

  async stop(): Promise<void> {
    for (const { socket } of this.#peers.splice(0)) socket.destroy();
    await this.broker.stop();
  }

  async raw(): Promise<RawPeer> {
    const peer = await openRaw(this.url);
    this.#peers.push(peer);
    return peer;
  }

  async signedIn(): Promise<RawPeer> {
    const peer = await this.raw();
    peer.socket.write(connectPacket(CREDENTIALS));
    await eventually('CONNACK', () => peer.bytes().subarray(0, 4).equals(CONNACK_ACCEPTED));
    return peer;
  }

  async refusedFirst(bytes: Buffer, expected: Violation): Promise<void> {
    const peer = await this.raw();
    peer.socket.write(bytes);
    await peer.closed;
    expect(this.violations).toEqual([expected]);
    expect(this.authentications).toBe(0);
  }

  async refusedLater(bytes: Buffer, expected: Violation): Promise<void> {
    const peer = await this.signedIn();
    peer.socket.write(bytes);
    await peer.closed;
    expect(this.violations).toEqual([expected]);
    expect(this.received).toEqual([]);
  }
}

export function guardedBroker(): GuardedBroker {
  const guarded = new GuardedBroker();
  beforeEach(() => guarded.start());
  afterEach(() => guarded.stop());
  return guarded;
}
