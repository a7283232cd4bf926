import type { DownloadTerms, ErrorCode, ReportBody } from '@wherry/protocol';

/**
 * What a step asks for, as data. Each is safe to run twice. Ledger effects are written in the same transaction as the record that
 * they belong to; the others run after it, those of the instance (stop, dismiss, start, bindTriggers, moveTriggers) in the order given.
 */
export type LedgerEffect =
  /** Tells the control plane; the difference of state is told without being asked for. */
  | {
      readonly kind: 'report';
      readonly severity: Extract<ReportBody, { type: 'event' }>['severity'];
      readonly name: string;
      readonly message: string;
    }
  | { readonly kind: 'quarantine'; readonly release: string; readonly attempt: number; readonly code: ErrorCode }
  /** Deletes the record and what the app had stored. */
  | { readonly kind: 'forget' };

export type OutwardEffect =
  | { readonly kind: 'fetchRelease'; readonly ticket: number; readonly release: string; readonly version: string }
  | {
      readonly kind: 'fetchBlob';
      readonly ticket: number;
      readonly digest: string;
      readonly sizeBytes: number;
      readonly registry?: string | undefined;
      readonly terms?: DownloadTerms | undefined;
    }
  | ({ readonly kind: 'prepare' } & Chosen)
  /** `beside`: another instance has the triggers and goes on. */
  | ({ readonly kind: 'start'; readonly beside?: true } & Chosen)
  | { readonly kind: 'bindTriggers'; readonly ticket: number; readonly release: string }
  | { readonly kind: 'probe'; readonly ticket: number }
  /** Ends every instance of the app; its triggers reach nothing until they are bound again. */
  | { readonly kind: 'stop' }
  /** From the instance `from` to the instance `ticket` beside it, in one step; then `from` finishes its calls and ends. */
  | { readonly kind: 'moveTriggers'; readonly ticket: number; readonly from: number; readonly release: string }
  /** Ends one instance of two; the other is not touched. */
  | { readonly kind: 'dismiss'; readonly ticket: number }
  | {
      readonly kind: 'setTimer';
      readonly lane: 'change' | 'run';
      readonly ticket: number;
      readonly delayMs: number;
    }
  /** Ends a fetch or preparation that nobody waits for. */
  | { readonly kind: 'cancelChange' }
  | { readonly kind: 'collectGarbage' };

/** One variant of one release with the settings of this device. */
interface Chosen {
  readonly ticket: number;
  readonly release: string;
  readonly version: string;
  readonly variantAt: number;
  readonly config: Readonly<Record<string, string>>;
}

export type Effect = LedgerEffect | OutwardEffect;
export type OutwardKind = OutwardEffect['kind'];
export type OutwardOf<K extends OutwardKind> = Extract<OutwardEffect, { readonly kind: K }>;

const LEDGER_KINDS: ReadonlySet<Effect['kind']> = new Set(['report', 'quarantine', 'forget']);

export function isLedger(effect: Effect): effect is LedgerEffect {
  return LEDGER_KINDS.has(effect.kind);
}
