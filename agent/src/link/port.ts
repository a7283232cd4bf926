import type { Command, CommandResult, Envelope, LogBatch, ReportBody, Sample } from '@wherry/protocol';

/** Between the shell and the link. The link owns the network; the shell and the store own what is true. */

/** What a device needs to talk to its control plane: the outcome of a claim, kept in the store. */
export interface Identity {
  readonly tenant: string;
  readonly device: string;
  /** Where it was claimed over a plain listener; elsewhere the device is its certificate. */
  readonly secret?: string;
  readonly serverUrl: string;
  readonly mqttUrl: string;
  /** PKCS#8 DER, base64: the private half of the report key. */
  readonly reportPrivateKey: string;
}

export type OutboxBody =
  | { readonly kind: 'report'; readonly body: ReportBody }
  | { readonly kind: 'usage'; readonly sample: Omit<Sample, 'seq' | 'firstSeq'> };

export interface OutboxRow {
  readonly boot: string;
  readonly seq: number;
  readonly firstSeq: number;
  readonly atMs: number;
  readonly entry: OutboxBody;
}

/** Durable queue of what is still to be told; only an acknowledgement of the server empties it. Implemented by store/. */
export interface Outbox {
  append(entry: OutboxBody): void;
  /** Oldest first: earlier boots before this one. */
  peek(limit: number, after?: { readonly boot: string; readonly seq: number }): readonly OutboxRow[];
  acknowledge(boot: string, upTo: number): void;
  /** Called when something was appended. Returns the way to stop listening. */
  onAppend(listener: () => void): () => void;
  size(): number;
}

export interface LinkEvents {
  /** A desired state arrived, by MQTT or by HTTP; it is not verified yet. */
  desired(envelope: Envelope): void;
  command(id: string, command: Command): Promise<CommandResult>;
  /** A message of the fleet to an app. */
  appMessage?(app: string, path: string, payload: Uint8Array): void;
  /** An acknowledgement or a command that the director did not sign was left out; as often as the broker sends them. */
  forged?(channel: 'ack' | 'command'): void;
  /** The session is up or down. */
  connection(isUp: boolean): void;
}

export interface Link {
  start(): void;
  stop(): Promise<void>;
  /** Dropped when nobody listens or the link is down. */
  sendLogs(batch: LogBatch): void;
  /** Are messages of the fleet to apps listened to? */
  hearApps(isWanted: boolean): void;
  /** A message of an app to the fleet, QoS 1; false when there is no session. */
  publishOut(app: string, path: string, payload: Uint8Array): boolean;
}
