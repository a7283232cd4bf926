import type { Outcome, Topic, UpChannel } from '@wherry/protocol';

/** Port: MQTT towards the devices. Adapters: embedded/ (aedes) now, external/ (any broker) later. Never the store. */
export interface Broker {
  start(handlers: BrokerHandlers): Promise<{ readonly url: string }>;
  stop(): Promise<void>;
  /** Hands a message to a device if it is connected; never queues. QoS 1. */
  publish(topic: Topic, payload: Uint8Array): Promise<void>;
  isConnected(tenant: string, device: string): boolean;
  /** Ends a device's session, for example after its removal. */
  kick(tenant: string, device: string): Promise<void>;
}

export interface IncomingMessage {
  readonly tenant: string;
  readonly device: string;
  readonly channel: UpChannel;
  readonly id?: string;
  readonly payload: Uint8Array;
}

/** What an app of a device tells the fleet. */
export interface AppMessage {
  readonly tenant: string;
  readonly device: string;
  readonly app: string;
  readonly path: string;
  readonly payload: Uint8Array;
}

export interface BrokerHandlers {
  /** User name is `tenant/device`, password the device's secret; the client id must be the user name. */
  authenticate(tenant: string, device: string, secret: string): Promise<boolean>;
  /** The broker acknowledges (PUBACK) only after this has settled ok: for reports that means they are stored. */
  receive(message: IncomingMessage): Promise<Outcome<void>>;
  /** No promise rests on it: it is acknowledged whatever becomes of it. */
  appMessage?(message: AppMessage): Promise<void>;
  connected(tenant: string, device: string): void;
  disconnected(tenant: string, device: string): void;
}
