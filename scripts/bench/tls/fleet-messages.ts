/** Between the suite and the process that holds the devices' ends of the connections. */
export interface ConnectOrder {
  readonly type: 'connect';
  readonly host: string;
  readonly port: number;
  readonly caPem: string;
  readonly keyPem: string;
  readonly devices: readonly { readonly name: string; readonly certPem: string }[];
  /** Handshakes at once. */
  readonly atOnce: number;
}

export type ToTlsFleet = ConnectOrder | { readonly type: 'close' } | { readonly type: 'return' };

/** Of one round: from the first SYN to the last CONNACK. */
export interface RoundFigures {
  readonly type: 'connected';
  readonly seconds: number;
  readonly resumed: number;
  readonly cpuSeconds: number;
}

export type FromTlsFleet =
  | RoundFigures
  | { readonly type: 'closed' }
  | { readonly type: 'failed'; readonly reason: string };
