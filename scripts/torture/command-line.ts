import { parseArgs } from 'node:util';
import { BREAKAGES, type Breakage } from './breakage.ts';

export const HELP = `npm run -s torture -- [options]

Real agents with real programs, and a real control plane with its broker, end by SIGKILL again and again: at random times, and at every
named step of install, update, rollback and update of the agent itself. After each start, without a network, the program itself is asked which release it is;
at the end every report that a device ever wrote is looked for at the control plane. Exit 1 when a promise was broken.

  --kills N         processes to kill (default 500); one in 20 is the control plane
  --devices N       agents at once (default 3)
  --seed N          repeats choices of what is killed when (default: drawn, and printed)
  --within S        seconds after which no more is killed (default 600)
  --keep            leave the folders of devices and control plane where they are
  --patience S      how long a program may take to answer after a start (default 30)
  --break A,B       break promises on purpose, on the disks between lives, to see their checks notice:
                    ${BREAKAGES.join(', ')}
  --json            the last line is one JSON object:
                    {"kills":500,"left_worse":0,"lost_reports":0,"doubled":0,"regressed":0, …}
`;

/** One kill in so many is the control plane's. */
export const SERVER_SHARE = 20;

export interface Options {
  readonly kills: number;
  readonly devices: number;
  readonly seed: number;
  readonly withinMs: number;
  readonly isKept: boolean;
  readonly patienceMs: number;
  readonly breakages: readonly Breakage[];
  readonly isJson: boolean;
  readonly isHelp: boolean;
}

/** Throws with a sentence that says what is wrong. */
export function readOptions(args: readonly string[], drawnSeed: number): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: 'string', default: '500' },
      devices: { type: 'string', default: '3' },
      seed: { type: 'string', default: String(drawnSeed) },
      within: { type: 'string', default: '600' },
      keep: { type: 'boolean', default: false },
      patience: { type: 'string', default: '30' },
      break: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    kills: wholeNumber('kills', values.kills, 1, 100_000),
    devices: wholeNumber('devices', values.devices, 1, 32),
    seed: wholeNumber('seed', values.seed, 0, 2 ** 31),
    withinMs: wholeNumber('within', values.within, 1, 86_400) * 1_000,
    isKept: values.keep,
    patienceMs: wholeNumber('patience', values.patience, 1, 600) * 1_000,
    breakages: values.break.split(',').filter(Boolean).map(readBreakage),
    isJson: values.json,
    isHelp: values.help,
  };
}

function wholeNumber(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new RangeError(`--${name} must be a whole number from ${low} to ${high}; this is ${JSON.stringify(text)}`);
}

function readBreakage(text: string): Breakage {
  const found = BREAKAGES.find((known) => known === text);
  if (found !== undefined) return found;
  throw new RangeError(`--break knows ${BREAKAGES.join(', ')}; this is ${JSON.stringify(text)}`);
}
