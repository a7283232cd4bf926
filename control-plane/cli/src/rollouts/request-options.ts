import { DEFAULT_WAVES, type Gate, type SoakWatch } from '@wherry/protocol';
import { type Command, InvalidArgumentError } from 'commander';
import { collect, parsePairs } from '../commands/pairs.ts';
import { countOption, durationOption, shareOption } from '../commands/quantity-option.ts';
import { parseReleaseName } from '../commands/release-argument.ts';
import { checkedSelector } from '../commands/selector-argument.ts';
import { misused } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { parsePace, parseStart, parseWindow } from './timing.ts';
import { withApprovals } from './wave-options.ts';
import { parseWaves } from './waves.ts';

/** The flags that describe a rollout, the same for `start`, `plan` and `simulate`, and the request they make. */
export interface RequestOptions {
  readonly wave: readonly string[];
  readonly approval?: string;
  readonly maxFailures?: number;
  readonly maxFailureRate?: number;
  readonly minSuccess?: number;
  readonly minSample?: number;
  readonly maxInFlight?: number;
  readonly pace?: string;
  readonly deadline?: number;
  readonly soak?: number;
  readonly offlineAfter?: number | null;
  readonly memoryFactor?: number | null;
  readonly cpuFactor?: number | null;
  readonly draft?: boolean;
  readonly at?: string;
  readonly window?: string;
  readonly downloadInWindow?: boolean;
  readonly metered?: boolean;
  readonly dynamic?: boolean;
  readonly set: readonly string[];
  readonly rollback?: boolean;
}

export const WAVES_HELP = `
Waves: sizes in one flag, --wave 1,10%,rest, or one flag for each wave, in order:
  --wave ring=canary                       all devices that match
  --wave "10% of site=berlin; approval"    a tenth of them, after somebody approved
  --wave @first.txt                        the devices named in a file, one on a line
  --wave "rest; max-failure-rate=2%"       all that are left, with a limit of its own`;

export function addRequestOptions(command: Command): Command {
  return command
    .argument('<app@version>')
    .argument('[selector]', 'the devices; without it all')
    .option('--wave <wave>', 'sizes of waves, or one wave (repeat); see below', collect, [])
    .option('--approval <waves>', 'somebody approves before these waves: numbers like 2,3, or each')
    .option('--max-failures <count>', 'halt when more devices of a wave fail', countOption)
    .option('--max-failure-rate <share>', 'halt when a larger share fails, once enough have been reached', shareOption)
    .option('--min-success <share>', 'share of a wave that must succeed before the next one', shareOption)
    .option('--min-sample <count>', 'devices reached before the failure rate counts', countOption)
    .option('--max-in-flight <count>', 'most devices being updated at once', countOption)
    .option('--pace <rate>', 'devices assigned per time: 10/min, or "10/min x2" to double it each wave')
    .option('--deadline <duration>', 'a device that says nothing final for this long counts as failed', durationOption)
    .option('--soak <duration>', 'how long a healthy device is watched before it counts', durationOption)
    .option(
      '--offline-after <duration>',
      'silent for this long during the soak is a failure; or off',
      orOff(durationOption),
    )
    .option('--memory-factor <factor>', 'so many times the memory of before is a failure; or off', orOff(factorOption))
    .option('--cpu-factor <factor>', 'so many times the CPU of before is a failure; or off', orOff(factorOption))
    .option('--window <window>', 'when devices may activate: "CRON;DURATION" or "CRON;DURATION;ZONE"')
    .option('--download-in-window', 'download inside the window only, too')
    .option('--no-metered', 'never download over a metered link')
    .option('--dynamic', 'devices that come to match later join the last wave')
    .option('--set <key=value>', 'a value of the config that the release declares (repeat for more)', collect, [])
    .option('--rollback', 'allow devices to move to an older release');
}

/** Only `start` has these: when it begins. */
export function addStartOptions(command: Command): Command {
  return command
    .option('--draft', 'plan and keep it; "wherry rollout publish" begins it')
    .option('--at <time>', 'begin then: +2h, 2030-01-31T02:00Z, or a time of this machine');
}

export function requestOf(name: string, selectorText: string | undefined, options: RequestOptions, shell: Shell) {
  const selector = checkedSelector(selectorText);
  const waves = wavesOf(options, shell.folder);
  const gate: Partial<Gate> = given({
    maxFailures: options.maxFailures,
    maxFailureRate: options.maxFailureRate,
    minSuccess: options.minSuccess,
    minSample: options.minSample,
  });
  const watch: SoakWatch = given({
    offlineAfterMs: options.offlineAfter,
    memoryFactor: options.memoryFactor,
    cpuFactor: options.cpuFactor,
  });
  if (options.downloadInWindow && options.window === undefined)
    throw misused('--download-in-window needs a --window to download in');
  const download = given({
    // Commander makes "--no-metered" the option `metered`, true unless it is given.
    metered: options.metered === false ? false : undefined,
    outsideWindow: options.downloadInWindow ? false : undefined,
  });
  return {
    ...parseReleaseName(name),
    config: parsePairs(options.set, 'config value'),
    rollback: options.rollback === true,
    ...given({
      selector,
      waves,
      gate: some(gate),
      watch: some(watch),
      download: some(download),
      maxInFlight: options.maxInFlight,
      deadlineMs: options.deadline,
      soakMs: options.soak,
      pace: options.pace === undefined ? undefined : parsePace(options.pace),
      window: options.window === undefined ? undefined : parseWindow(options.window),
      dynamic: options.dynamic,
      draft: options.draft,
      startAtMs: options.at === undefined ? undefined : parseStart(options.at, shell.nowMs()),
    }),
  };
}

function wavesOf(options: RequestOptions, folder: string) {
  const waves = options.wave.length === 0 ? undefined : parseWaves(options.wave, folder);
  return options.approval === undefined ? waves : withApprovals(waves ?? DEFAULT_WAVES, options.approval);
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;
}

function some<T extends object>(values: T): T | undefined {
  return Object.keys(values).length === 0 ? undefined : values;
}

function orOff(read: (text: string) => number): (text: string) => number | null {
  return (text) => (text === 'off' ? null : read(text));
}

function factorOption(text: string): number {
  const factor = Number(text);
  if (!/^\d{1,3}(\.\d+)?$/.test(text) || factor <= 1) throw new InvalidArgumentError('write a number above 1, or off.');
  return factor;
}
