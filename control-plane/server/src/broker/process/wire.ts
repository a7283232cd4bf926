import type { Topic } from '@wherry/protocol';
import type { Listen } from '../../config/make-config.ts';
import type { Violation } from '../guard/violations.ts';
import type { AppMessage, BrokerAddresses, BrokerTls, DeviceCertificate, IncomingMessage } from '../port.ts';

/**
 * What the server and the process of its broker say to each other. Messages keep their order in each direction; `id` marks a question,
 * which the other side answers once.
 */
export interface ListenOrder {
  readonly plain: Listen | null;
  readonly tls: (Listen & BrokerTls & { readonly ticketKeys: Uint8Array }) | null;
}

export type ToBroker =
  | { readonly kind: 'listen'; readonly order: ListenOrder }
  | { readonly kind: 'answer'; readonly id: number; readonly isOk: boolean }
  | { readonly kind: 'publish'; readonly topic: Topic; readonly payload: Uint8Array }
  | { readonly kind: 'kick'; readonly id: number; readonly tenant: string; readonly device: string }
  | { readonly kind: 'renew'; readonly id: number; readonly tls: BrokerTls }
  | { readonly kind: 'ping' }
  | { readonly kind: 'stop' };

export type FromBroker =
  | { readonly kind: 'listening'; readonly addresses: BrokerAddresses }
  | { readonly kind: 'not_listening'; readonly error: ListenError }
  | { readonly kind: 'few_files'; readonly openFiles: number; readonly connections: number }
  | {
      readonly kind: 'secret';
      readonly id: number;
      readonly tenant: string;
      readonly device: string;
      readonly secret: string;
    }
  | {
      readonly kind: 'certificate';
      readonly id: number;
      readonly tenant: string;
      readonly device: string;
      readonly certificate: DeviceCertificate;
    }
  | { readonly kind: 'message'; readonly id: number; readonly message: IncomingMessage }
  | { readonly kind: 'app_message'; readonly id: number; readonly message: AppMessage }
  | { readonly kind: 'connected'; readonly tenant: string; readonly device: string }
  | { readonly kind: 'disconnected'; readonly tenant: string; readonly device: string }
  | { readonly kind: 'violation'; readonly violation: Violation; readonly address: string }
  | { readonly kind: 'ended'; readonly name: string; readonly reason: string }
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'pong' }
  /** After everything else that it had to say. */
  | { readonly kind: 'stopped' };

/** Of `listen`, as much as a sentence about it needs. */
export interface ListenError {
  readonly message: string;
  readonly code?: string;
  readonly syscall?: string;
}

/** What to do with each kind: one that is forgotten does not compile. */
export type Takers<M extends { readonly kind: string }> = {
  readonly [K in M['kind']]: (message: Extract<M, { readonly kind: K }>) => void;
};

export function take<M extends { readonly kind: string }>(takers: Takers<M>, message: M): void {
  (takers[message.kind as M['kind']] as (message: M) => void)(message);
}
