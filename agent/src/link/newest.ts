import type { Ack } from '@wherry/protocol';

/**
 * Does this device have the newest desired state? Each acknowledgement says which one that is. It is signed, and cannot be older than
 * the row that it answers: so whoever hears one knows what was newest when that row was first sent, whatever a broker held back since.
 */
export interface Newest {
  /** Another session, to which nothing was said yet. */
  begin(): void;
  /** A row was sent; `atMs` by a clock that does not jump. */
  sent(row: { readonly boot: string; readonly seq: number }, atMs: number): void;
  heard(ack: Ack): Verdict;
}

/** `current` as of `asOfMs`; `behind` once for each generation, as one that this device refuses is no reason to ask for ever. */
export type Verdict =
  | { readonly kind: 'current'; readonly asOfMs: number }
  | { readonly kind: 'behind' }
  | { readonly kind: 'nothing' };

const NOTHING: Verdict = { kind: 'nothing' };

/** `generation` is that of the newest desired state which was accepted here; 0 for none. */
export function createNewest(generation: () => number): Newest {
  let asked: { readonly boot: string; readonly seq: number; readonly atMs: number } | null = null;
  let lookedFor = 0;

  return {
    begin() {
      asked = null;
    },
    sent({ boot, seq }, atMs) {
      asked ??= { boot, seq, atMs };
    },
    heard({ boot, upTo, generation: newest }) {
      if (newest === undefined) return NOTHING;
      const isAnswer = asked !== null && asked.boot === boot && asked.seq <= upTo;
      const asOfMs = asked?.atMs ?? 0;
      if (isAnswer) asked = null;
      const own = generation();
      if (newest > own) {
        if (newest <= lookedFor) return NOTHING;
        lookedFor = newest;
        return { kind: 'behind' };
      }
      // A lower one comes from a control plane that was restored, and says nothing about what it will want.
      return isAnswer && newest === own ? { kind: 'current', asOfMs } : NOTHING;
    },
  };
}
