import { parseArgs } from 'node:util';
import { DEFAULT_DEVICES, DEFAULT_HEAL_MS, FAULTS, type Fault } from './faults.ts';

export const HELP = `npm run -s sim -- [options]

Plays fleets of the real machines on a virtual clock, over a network that loses, doubles, reorders and delays, with devices and servers
that fail, and checks the rules of DESIGN §6 at every step. Exit 1 when one was broken.

  --seeds N        play N seeds (default 100), spread over two cores
  --from N         the first of them (default 0)
  --seed N         play this seed only
  --devices N      devices in each fleet (default ${DEFAULT_DEVICES})
  --faults A,B     only these faults: ${FAULTS.join(', ')}; or none
  --heal-after S   virtual seconds after which nothing goes wrong any more (default ${DEFAULT_HEAL_MS / 1000})
  --trace          with --seed: every event
  --workers N      threads (default 2)
  --mutate         remove each rule from the code, one at a time, and show that its check notices
  --json           the last line is one JSON object
`;

export interface Options {
  readonly seeds: number;
  readonly from: number;
  readonly seed: number | null;
  readonly devices: number | null;
  readonly faults: readonly Fault[];
  readonly healAtMs: number;
  readonly workers: number;
  readonly isTracing: boolean;
  readonly isMutating: boolean;
  readonly isJson: boolean;
  readonly isHelp: boolean;
}

/** Throws with a sentence that says what is wrong. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string' },
      from: { type: 'string' },
      seed: { type: 'string' },
      devices: { type: 'string' },
      faults: { type: 'string' },
      'heal-after': { type: 'string' },
      workers: { type: 'string' },
      trace: { type: 'boolean', default: false },
      mutate: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    seeds: wholeNumber('seeds', values.seeds, 1, 1_000_000) ?? (values.mutate ? 60 : 100),
    from: wholeNumber('from', values.from, 0, 2 ** 31) ?? 0,
    seed: wholeNumber('seed', values.seed, 0, 2 ** 31),
    devices: wholeNumber('devices', values.devices, 1, 10_000),
    faults: readFaults(values.faults),
    healAtMs: (wholeNumber('heal-after', values['heal-after'], 1, 86_400) ?? DEFAULT_HEAL_MS / 1000) * 1000,
    workers: wholeNumber('workers', values.workers, 1, 64) ?? 2,
    isTracing: values.trace,
    isMutating: values.mutate,
    isJson: values.json,
    isHelp: values.help,
  };
}

function wholeNumber(name: string, text: string | undefined, low: number, high: number): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new RangeError(`--${name} must be a whole number from ${low} to ${high}; this is ${JSON.stringify(text)}`);
}

function readFaults(text: string | undefined): readonly Fault[] {
  if (text === undefined) return FAULTS;
  if (text === 'none') return [];
  return text.split(',').map((name) => {
    const fault = FAULTS.find((known) => known === name);
    if (fault === undefined)
      throw new RangeError(`there is no fault ${JSON.stringify(name)}; there are: ${FAULTS.join(', ')}`);
    return fault;
  });
}
