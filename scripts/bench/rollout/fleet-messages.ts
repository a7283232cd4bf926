import type { DeviceIdentity } from './identities.ts';

/** Between the benchmark and the process that holds its devices. Times are ms of the machine's monotonic clock, alike in both. */
export type ToFleet =
  | {
      readonly type: 'connect';
      readonly host: string;
      readonly port: number;
      readonly devices: readonly DeviceIdentity[];
      /** Connections that are being opened at once. */
      readonly atOnce: number;
    }
  | { readonly type: 'figures' }
  | { readonly type: 'end' };

export type FromFleet =
  | { readonly type: 'connected' }
  | { readonly type: 'failing'; readonly device: string; readonly atMs: number }
  | { readonly type: 'figures'; readonly figures: FleetFigures }
  | { readonly type: 'broken'; readonly reason: string };

export interface FleetFigures {
  /** Reports sent, and acknowledged by a PUBACK. */
  readonly reports: number;
  readonly stored: number;
  readonly inOutboxes: number;
  readonly latenciesMs: readonly number[];
  /** Of each desired state with work in it: which rollout assigned it, and when it was signed. */
  readonly desired: readonly { readonly device: string; readonly rollout: string; readonly issuedAtMs: number }[];
}

/** CLOCK_MONOTONIC, which all processes of a machine share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
