import type { ReleaseFacts } from '@wherry/agent/core';
import type { Digest, Version } from '@wherry/protocol';
import type { Weather } from './faults.ts';
import { Random, shareOf } from './random.ts';

/** What a release does to the devices that it goes wrong on. */
export const FLAWS = [
  'none',
  'sick',
  'crashes',
  'crashesLater',
  'refused',
  'forged',
  'spoiled',
  'containerOnly',
] as const;
export type Flaw = (typeof FLAWS)[number];

export interface SimRelease {
  readonly counter: number;
  readonly version: Version;
  readonly digest: Digest;
  readonly flaw: Flaw;
  /** Share of the devices that the flaw hits. */
  readonly share: number;
  readonly facts: ReleaseFacts;
}

/** What fails on trial is drawn more often: most rules are about it. */
const DRAWN = [
  'sick',
  'sick',
  'crashes',
  'crashes',
  'crashesLater',
  'refused',
  'forged',
  'spoiled',
  'containerOnly',
] as const;

/** Counted from 1; the first is good and is what most devices run at the beginning. */
export const RELEASES_PER_SEED = 4;

export function drawReleases(seed: number, weather: Weather): readonly SimRelease[] {
  const random = new Random(seed ^ 0x4e1ea5e);
  return Array.from({ length: RELEASES_PER_SEED }, (_, index) => {
    const counter = index + 1;
    const isFlawed = index > 0 && weather.release > 0 && random.chance(0.7);
    const flaw = isFlawed ? random.pick(DRAWN) : 'none';
    const share = random.pick([0.02, 0.1, 0.5, 1]);
    return {
      counter,
      version: `1.${counter}.0` as Version,
      digest: digestOf(counter),
      flaw,
      share,
      facts: factsOf(counter, flaw),
    };
  });
}

function digestOf(number: number): Digest {
  return `sha256:${number.toString(16).padStart(64, '0')}` as Digest;
}

export const BLOB_BYTES = 50_000;
const HEALTH = { afterMs: 5_000, everyMs: 15_000, failures: 2, soakMs: 30_000 };

function factsOf(counter: number, flaw: Flaw): ReleaseFacts {
  const wasm = {
    kind: 'wasm',
    artifact: { digest: digestOf(1_000 + counter), sizeBytes: BLOB_BYTES },
    platforms: null,
  } as const;
  const container = { kind: 'container', artifact: null, platforms: ['linux/arm64'] } as const;
  return {
    releaseCounter: counter,
    variants: flaw === 'containerOnly' ? [container] : [wasm, container],
    health: HEALTH,
    isOneShot: false,
    swap: counter % 3 === 0 ? 'restart' : 'overlap',
  };
}

/** The flaw as this device meets it: the same at each try, so that the end of a deployment is known beforehand. */
export function flawOn(release: SimRelease, seed: number, device: number): Flaw {
  return shareOf(seed, device, release.counter) < release.share ? release.flaw : 'none';
}
