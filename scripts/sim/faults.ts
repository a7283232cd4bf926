import { Random } from './random.ts';

/** What may go wrong. Each seed draws which of these happen to it and how often, so that rare combinations meet. */
export const FAULTS = [
  'lose',
  'double',
  'delay',
  'offline',
  'reboot',
  'crash',
  'lie',
  'forge',
  'clock',
  'serverCrash',
  'race',
  'lateAnswer',
  'repeat',
  'tamper',
  'decay',
  'backup',
  'release',
  'operator',
  'links',
  'wishes',
] as const;
export type Fault = (typeof FAULTS)[number];

export interface Scenario {
  readonly seed: number;
  readonly devices: number;
  /** Faults that may be drawn at all; shrinking takes them away one by one. */
  readonly faults: readonly Fault[];
  /** Virtual time after which nothing goes wrong any more and everybody answers. */
  readonly healAtMs: number;
}

export const DEFAULT_DEVICES = 200;
export const DEFAULT_HEAL_MS = 15 * 60_000;

export function scenarioOf(seed: number, devices = DEFAULT_DEVICES): Scenario {
  return { seed, devices, faults: FAULTS, healAtMs: DEFAULT_HEAL_MS };
}

/** Share or probability of each fault in this seed; 0 where it does not happen. What a number means is said where it is used. */
export type Weather = Readonly<Record<Fault, number>>;

const HIGHEST: Weather = {
  lose: 0.3,
  double: 0.2,
  delay: 1,
  offline: 0.5,
  reboot: 1,
  crash: 0.6,
  lie: 0.2,
  forge: 0.5,
  clock: 0.3,
  serverCrash: 0.004,
  race: 0.5,
  lateAnswer: 1,
  repeat: 0.1,
  tamper: 0.2,
  decay: 0.8,
  backup: 0.1,
  release: 1,
  operator: 1,
  links: 1,
  wishes: 1,
};

export function drawWeather({ seed, faults }: Scenario): Weather {
  const random = new Random(seed ^ 0x5eed);
  const drawn = FAULTS.map((fault) => {
    const [isDrawn, strength] = [
      random.chance(fault === 'release' || fault === 'operator' ? 0.85 : 0.6),
      random.next(),
    ];
    return [fault, isDrawn && faults.includes(fault) ? HIGHEST[fault] * (0.1 + 0.9 * strength) : 0] as const;
  });
  return Object.fromEntries(drawn) as Record<Fault, number>;
}
