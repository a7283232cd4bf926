import type { Gate } from '@wherry/protocol';

/** The form as it is typed. Quantities are texts with their units, as in `wherry.yaml`; an empty field leaves the default. */
export interface RolloutDraft {
  readonly app: string;
  readonly version: string;
  readonly selector: string;
  readonly waves: readonly DraftWave[];
  readonly gate: Readonly<Record<keyof Gate, string>>;
  readonly maxInFlight: string;
  readonly deadline: string;
  readonly soak: string;
  readonly config: Readonly<Record<string, string>>;
  readonly rollback: boolean;
  readonly more: DraftMore;
}

export interface DraftWave {
  /** "5" is five devices, "10%" a tenth. */
  readonly size: string;
  /** A selector that narrows the wave; empty takes from all. */
  readonly takes: string;
  readonly approval: boolean;
}

/** What most rollouts leave alone. */
export interface DraftMore {
  readonly begin: 'now' | 'at' | 'draft';
  /** As `<input type="datetime-local">` gives it: the time zone is the browser's. */
  readonly startAt: string;
  /** Devices a minute, and how many times as many in each wave after. */
  readonly pace: string;
  readonly growth: string;
  readonly windowCron: string;
  readonly windowLength: string;
  readonly windowZone: string;
  readonly isDownloadInWindow: boolean;
  readonly isUnmeteredOnly: boolean;
  readonly isDynamic: boolean;
  /** What counts as unhealthy while a device is watched; "off" looks away. */
  readonly offlineAfter: string;
  readonly memoryFactor: string;
  readonly cpuFactor: string;
}

export function waveOf(size: string): DraftWave {
  return { size, takes: '', approval: false };
}

export const EMPTY_DRAFT: RolloutDraft = {
  app: '',
  version: '',
  selector: '',
  waves: [waveOf('1'), waveOf('10%'), waveOf('100%')],
  gate: { minSuccess: '', maxFailures: '', maxFailureRate: '', minSample: '' },
  maxInFlight: '100',
  deadline: '15m',
  soak: '2m',
  config: {},
  rollback: false,
  more: {
    begin: 'now',
    startAt: '',
    pace: '',
    growth: '',
    windowCron: '',
    windowLength: '',
    windowZone: '',
    isDownloadInWindow: false,
    isUnmeteredOnly: false,
    isDynamic: false,
    offlineAfter: '',
    memoryFactor: '',
    cpuFactor: '',
  },
};

export type DraftField =
  | 'release'
  | 'maxInFlight'
  | 'deadline'
  | 'soak'
  | 'other'
  | `wave${number}`
  | `takes${number}`
  | keyof Gate
  | Exclude<keyof DraftMore, `is${string}` | 'begin'>;
export type DraftFaults = ReadonlyMap<DraftField, string>;
