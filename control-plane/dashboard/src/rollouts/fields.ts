import type { DraftFaults, RolloutDraft } from './draft.ts';

/** What every part of the form gets. */
export interface DraftFields {
  readonly draft: RolloutDraft;
  readonly faults: DraftFaults;
  readonly change: (part: Partial<RolloutDraft>) => void;
}
