import { type Outcome, succeed } from '@wherry/protocol';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import type { Broker, IncomingMessage } from '../port.ts';
import { type BrokerSubject, SECRETS } from './subject.ts';

/** Patience, not a target: the machine may be busy. */
export const WITHIN = { timeout: 60_000, interval: 10 };
const BOOT = 'b0'.repeat(16);

export const up = (identity: string, channel: 'report' | 'presence' | 'usage') => `wherry/v1/${identity}/${channel}`;
export const presence = (status: 'online' | 'offline') => Buffer.from(JSON.stringify({ status, boot: BOOT }));

/** A broker with clients that speak to it as agents do, and what it handed over. */
export class BrokerStage {
  readonly #subject: BrokerSubject;
  readonly #clients: MqttClient[] = [];
  broker!: Broker;
  url = '';
  /** Births are left out: adapters that need them are sent them by each client here. */
  received: IncomingMessage[] = [];
  said: string[] = [];
  sessions: string[] = [];
  /** Devices that are let in no more. */
  readonly refused = new Set<string>();
  settle: (message: IncomingMessage) => Promise<Outcome<void>> = async () => succeed(undefined);

  constructor(subject: BrokerSubject) {
    this.#subject = subject;
    beforeAll(() => this.#begin());
    beforeEach(() => {
      this.received = [];
      this.said = [];
      this.sessions = [];
      this.settle = async () => succeed(undefined);
    });
    afterEach(() => this.#clear());
    afterAll(() => this.broker.stop());
  }

  async #begin(): Promise<void> {
    this.broker = await this.#subject.make();
    const addresses = await this.broker.start({
      authenticate: async (tenant, device, secret) =>
        SECRETS[`${tenant}/${device}`] === secret && !this.refused.has(`${tenant}/${device}`),
      authenticateCertificate: async (tenant, device) =>
        SECRETS[`${tenant}/${device}`] !== undefined && !this.refused.has(`${tenant}/${device}`),
      refused: async () =>
        [...this.refused].flatMap((name) => {
          const serial = this.#subject.serialOf?.(name);
          return serial === undefined ? [] : [{ serial, atMs: Date.now() }];
        }),
      appMessage: async ({ tenant, device, app, path, payload }) => {
        this.said.push(`${tenant}/${device} ${app} ${path} ${Buffer.from(payload)}`);
      },
      receive: async (message) => {
        if (message.channel === 'presence' && presence('online').equals(message.payload)) return succeed(undefined);
        this.received.push(message);
        return await this.settle(message);
      },
      connected: (tenant, device) => this.sessions.push(`+${tenant}/${device}`),
      disconnected: (tenant, device) => this.sessions.push(`-${tenant}/${device}`),
    });
    this.url = addresses.tlsUrl ?? addresses.url;
  }

  /** The next test finds a broker that nobody is connected to. */
  async #clear(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.stream.destroy();
    const names = Object.keys(SECRETS).map((name) => name.split('/'));
    const isAnybodyThere = () => names.some(([tenant = '', device = '']) => this.broker.isConnected(tenant, device));
    await vi.waitFor(() => expect(isAnybodyThere()).toBe(false), WITHIN);
  }

  /** What was handed over besides presence. */
  get spoken(): IncomingMessage[] {
    return this.received.filter(({ channel }) => channel !== 'presence');
  }

  open(identity: string, options: IClientOptions = {}): MqttClient {
    const client = mqtt.connect(this.url, {
      clientId: identity,
      reconnectPeriod: 0,
      will: { topic: up(identity, 'presence'), payload: presence('offline'), qos: 1, retain: false },
      ...this.#subject.credentials(identity),
      ...options,
    });
    client.on('error', () => {});
    this.#clients.push(client);
    return client;
  }

  async connect(identity: string, options: IClientOptions = {}): Promise<MqttClient> {
    const client = this.open(identity, options);
    await vi.waitFor(() => expect(client.connected).toBe(true), WITHIN);
    await this.announce(client, identity);
    return client;
  }

  /** What an agent says first; afterwards the adapter knows that it is there. */
  async announce(client: MqttClient, identity: string): Promise<void> {
    await vi.waitFor(() => expect(client.connected).toBe(true), WITHIN);
    if (!this.#subject.capabilities.seesConnections)
      await client.publishAsync(up(identity, 'presence'), presence('online'), { qos: 1 });
    const [tenant = '', device = ''] = identity.split('/');
    await vi.waitFor(() => expect(this.broker.isConnected(tenant, device)).toBe(true), WITHIN);
  }

  /** Leaves as an agent does. */
  async leave(client: MqttClient, identity: string): Promise<void> {
    if (!this.#subject.capabilities.seesConnections)
      await client.publishAsync(up(identity, 'presence'), presence('offline'), { qos: 1 });
    await client.endAsync();
  }

  /** As the control plane does: who may not be there any more is cut off, and again a while later. */
  async cutOff(identity: string): Promise<void> {
    this.refused.add(identity);
    await this.broker.refresh?.();
    await this.kick(identity);
  }

  async kick(identity: string): Promise<void> {
    const [tenant = '', device = ''] = identity.split('/');
    await this.broker.kick(tenant, device);
  }

  async letBackIn(identity: string): Promise<void> {
    this.refused.delete(identity);
    await this.broker.refresh?.();
  }

  async isRefused(identity: string, options: IClientOptions): Promise<boolean> {
    const client = this.open(identity, options);
    return new Promise((resolve) => {
      client.once('connect', () => resolve(false));
      client.once('close', () => resolve(true));
    });
  }

  async isGranted(client: MqttClient, filter: string): Promise<boolean> {
    const granted = await client.subscribeAsync(filter, { qos: 1 }).catch(() => []);
    return granted.length > 0 && granted.every(({ qos }) => qos <= 2);
  }

  async ended(client: MqttClient): Promise<void> {
    await vi.waitFor(() => expect(client.connected).toBe(false), WITHIN);
  }

  /** Resolves when what was sent before by this device has been handled: messages of one device keep their order. */
  async caughtUp(client: MqttClient, identity: string): Promise<void> {
    const mark = `mark ${this.received.length} ${Math.random()}`;
    await client.publishAsync(up(identity, 'usage'), mark, { qos: 1 });
    const isThere = () => this.received.some(({ payload }) => Buffer.from(payload).toString() === mark);
    await vi.waitFor(() => expect(isThere()).toBe(true), WITHIN);
    this.received = this.received.filter(({ payload }) => Buffer.from(payload).toString() !== mark);
  }
}
