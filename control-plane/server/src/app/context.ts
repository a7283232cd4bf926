import type { X509Certificate } from 'node:crypto';
import type {
  AuditPoint,
  AuthorityStep,
  DesiredState,
  DeviceName,
  Envelope,
  Outcome,
  StreamChange,
} from '@wherry/protocol';
import type { Broker } from '../broker/port.ts';
import type { Store } from '../storage/port.ts';

/** What every use case works with: made once in main.ts. */
export interface AppContext {
  readonly store: Store;
  readonly broker: Broker;
  readonly blobs: Blobs;
  /** Absent where none are made: devices take whole blobs. */
  readonly deltas?: Deltas;
  readonly director: Director;
  readonly online: OnlineSigner;
  readonly auditSigner: AuditSigner;
  /** Vouches for devices towards listeners with TLS; absent where there are none. */
  readonly authority?: Authority;
  readonly passwords: Passwords;
  readonly changes: Changes;
  readonly clock: { nowMs(): number };
  /** Sortable id of 26 characters (ULID, lower case). */
  readonly newId: () => string;
  /** 32 random bytes, hex: secrets and tokens. */
  readonly newSecret: () => string;
  readonly log: Logger;
  /** This process among those that serve the same store; absent where there is only one. */
  readonly process?: string;
  /** How often devices are told to report usage, ms; USAGE_EVERY_MS when absent. */
  readonly usageEveryMs?: number;
  /** How long a device's certificate is good for, ms; the application's own default when absent. */
  readonly certificateLifeMs?: number;
}

export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Signs what devices act on: desired states, and the small words beside them. */
export interface Director {
  readonly keyId: string;
  /** SPKI DER, base64. */
  readonly publicKey: string;
  sign(state: DesiredState): Envelope;
  /** The signature of a message that goes to this device, base64 (protocol: detached.ts). */
  vouch(type: 'ack' | 'command', to: DeviceName, content: object): Promise<string>;
}

/** Signs what needs no person: which files of the repository are the newest. */
export interface OnlineSigner {
  /** 32 bytes as hex. */
  readonly publicKeys: { readonly snapshot: string; readonly timestamp: string };
  /** The file: what is signed, with its signature. */
  seal(role: 'snapshot' | 'timestamp', signed: object): string;
}

/** The control plane's own certificate authority; two of them while it is rolled over. */
export interface Authority {
  /** SHA-256 of the certificate (DER) that vouches for the server, lower-case hex: what a claim token pins. */
  readonly fingerprint: string;
  readonly certificatePem: string;
  /** PEM: all that devices are to believe, and how one vouches for the other. */
  readonly bundlePem: string;
  /** Fingerprints of what devices are to believe, first the one that their certificates are to be of. */
  readonly believed: readonly string[];
  /** The header by which devices hear that something has changed; null while there was only ever one. */
  readonly hint: string | null;
  standing(): AuthorityStanding;
  /**
   * One step of a roll-over, which listeners know of when this resolves. `before` runs once the step can be taken and nobody else can take
   * one, here or at another process; what it refuses is not taken. Code: not_allowed_in_state. Throws `conflict` when others take too long.
   */
  step(step: AuthorityStep, nowMs: number, before?: () => Promise<Outcome<unknown>>): Promise<Outcome<void>>;
  /** The public key (SPKI DER) of a PKCS#10 request that its own key signed. Code: invalid_body. */
  readRequest(csr: string): Promise<Outcome<Uint8Array>>;
  /** Null unless this authority issued it for a device. One that has expired is read too: its end is for the caller to judge. */
  readDevice(shown: X509Certificate): ShownCertificate | null;
  /** `authority`: the fingerprint of the one that issued it. */
  issueDevice(
    order: DeviceOrder,
  ): Promise<{ readonly serial: string; readonly pem: string; readonly authority: string }>;
}

/** Where a roll-over of the authority stands. Authorities are named by their fingerprints. */
export interface AuthorityStanding {
  readonly phase: 'settled' | 'begun' | 'switched' | 'aborted';
  readonly sinceMs: number | null;
  readonly current: string;
  /** From when and until when the current one is good. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly stays: string;
  readonly leaves: string | null;
}

/** Who shows a certificate of the authority, as a TLS handshake proved it. */
export interface ShownCertificate {
  readonly tenant: string;
  readonly device: string;
  /** Lower-case hex. */
  readonly serial: string;
  readonly notAfterMs: number;
}

export interface DeviceOrder {
  readonly tenant: string;
  readonly device: string;
  /** SPKI DER. */
  readonly publicKey: Uint8Array;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** Fingerprints of the authorities that the device says it believes; absent: the one that vouches for the server. */
  readonly believes?: readonly string[];
}

/** Signs where the audit log of a tenant ends (head), and where it begins once old entries were given up (checkpoint). */
export interface AuditSigner {
  readonly keyId: string;
  /** SPKI DER, base64. */
  readonly publicKey: string;
  seal(what: 'head' | 'checkpoint', point: AuditPoint): Envelope;
  /** Null when it is not signed by this key, as this. */
  open(what: 'head' | 'checkpoint', sealed: Envelope): AuditPoint | null;
  /** Whether every head is signed by now: one that is not was tampered with. */
  hasBegun(): Promise<boolean>;
  begin(): Promise<void>;
}

/** Passwords of users, which people choose and others guess: hashed slowly. */
export interface Passwords {
  /** False when so many wait that another one should come later. */
  hasRoom(): boolean;
  hash(text: string): Promise<string>;
  /** Takes as long when nothing is kept (null). `right_but_cheap`: hash it again. */
  check(text: string, kept: string | null): Promise<'right' | 'right_but_cheap' | 'wrong'>;
}

/** Content-addressed bytes. */
export interface Blobs {
  has(digest: string): Promise<number | null>;
  /** Codes: digest_mismatch, payload_too_large. Nothing is kept of a refused upload. */
  put(digest: string, body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Outcome<number>>;
  /** `end` is exclusive. */
  read(digest: string, start: number, end: number): ReadableStream<Uint8Array>;
}

/** Ways from one blob to another, made once and kept. */
export interface Deltas {
  /** Size in bytes; null when the blob itself is hardly larger. Takes as long as making it takes; who asks meanwhile gets the same. */
  find(base: string, digest: string): Promise<number | null>;
  /** Of one that was found. `end` is exclusive. */
  read(base: string, digest: string, start: number, end: number): ReadableStream<Uint8Array>;
  /** Gives up what is being made. */
  stop(): Promise<void>;
}

/** What changed, for those who watch: server-sent events. In process; correctness never depends on it. */
export interface Changes {
  emit(tenant: string, change: StreamChange): void;
  listen(tenant: string, listener: (change: StreamChange) => void): () => void;
}
