import type { Outcome, Topic, UpChannel } from '@wherry/protocol';

/** Port: MQTT towards the devices. Adapters: embedded/ (aedes), external/ (any broker). Never the store. */
export interface Broker {
  start(handlers: BrokerHandlers): Promise<BrokerAddresses>;
  stop(): Promise<void>;
  /** Hands a message to a device if it is connected; never queues. QoS 1. */
  publish(topic: Topic, payload: Uint8Array): Promise<void>;
  isConnected(tenant: string, device: string): boolean;
  /** Ends a device's session, for example after its removal. One that is no longer let in, as `refresh` was told, does not come back after it. */
  kick(tenant: string, device: string): Promise<void>;
  /**
   * Whom `authenticateCertificate` lets in has changed. For brokers that keep a list of `refused` themselves: what they could not take in
   * they take in at the next call. Never rejects. Absent where the broker asks at each connect.
   */
  refresh?(): Promise<void>;
  /** Whether sessions can be ended just now. Absent: always. */
  isListening?(): boolean;
  /** It knows of sessions by what devices say: there may be some that it has not heard of. Absent: it knows them all. */
  readonly hasUnheardSessions?: boolean;
  /** It shows devices a certificate that somebody else sees to: one of another authority has to be brought to it. Absent: no. */
  readonly hasOwnCertificate?: boolean;
}

/** A certificate that the authority signed and that opens nothing just now. */
export interface RefusedCertificate {
  /** Hex, lower case. */
  readonly serial: string;
  readonly atMs: number;
}

/** Where devices connect, as URLs. */
export interface BrokerAddresses {
  /** The plain listener; where there is none, the one with TLS. */
  readonly url: string;
  /** Absent without a listener with TLS. */
  readonly tlsUrl?: string;
}

/**
 * Mutual TLS of a listener, as PEM. Devices show a certificate of one of `clientCaPem`; its subject's common name is their identity,
 * `tenant/device`, the same that other brokers take as the user name.
 */
export interface BrokerTls {
  readonly keyPem: string;
  /** The listener's own certificate, then the chain above it. */
  readonly certPem: string;
  /** One authority or more, one after the other. */
  readonly clientCaPem: string;
}

/** What a device showed; that one of the authorities signed it, and that it has not expired, is known. */
export interface DeviceCertificate {
  /** Hex, lower case. */
  readonly serial: string;
  /** SHA-256 of the DER, lower-case hex. */
  readonly fingerprint: string;
  readonly notAfterMs: number;
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
  /** On plain listeners. User name is `tenant/device`, password the device's secret; the client id must be the user name. */
  authenticate(tenant: string, device: string, secret: string): Promise<boolean>;
  /** On listeners with TLS, in place of the secret: is this certificate this device's own, and not revoked? Absent: nobody is let in there. */
  authenticateCertificate?(tenant: string, device: string, certificate: DeviceCertificate): Promise<boolean>;
  /** All certificates that would be refused there, for brokers that cannot ask. Absent: there are none. */
  refused?(): Promise<readonly RefusedCertificate[]>;
  /** The broker acknowledges (PUBACK) only after this has settled ok: for reports that means they are stored. */
  receive(message: IncomingMessage): Promise<Outcome<void>>;
  /** No promise rests on it: it is acknowledged whatever becomes of it. */
  appMessage?(message: AppMessage): Promise<void>;
  connected(tenant: string, device: string): void;
  disconnected(tenant: string, device: string): void;
}
