import type { Envelope } from '@wherry/protocol';
import type { Logger } from '../logs/logger.ts';
import { isDirectorsWord } from '../trust/director-word.ts';
import { type DeviceTrust, type DeviceTrustOptions, openDeviceTrust } from './device-trust.ts';
import type { Loop } from './loop.ts';
import { createRevocations } from './revocations.ts';
import { createTrustNews, type TrustNews } from './trust-news.ts';
import { createTrustedReleases, type TrustedReleases } from './trusted-releases.ts';

/** All that the agent's trust is made of, put together: whom it believes, what they let run, and how it hears of changes. */
export interface Trust extends Pick<DeviceTrust, 'director'>, TrustNews {
  /** By the newest root: is this a signature of the director over these bytes? */
  isDirectors(message: Uint8Array, signature: Uint8Array): boolean;
  readonly releases: TrustedReleases;
}

export interface TrustOptions extends Omit<DeviceTrustOptions, 'onNews'> {
  readonly loop: () => Loop;
  readonly onRevoked: 'keep' | 'stop';
  /** A desired state whose signer was not known before the refresh. */
  readonly judgeAgain: (sealed: Envelope) => void;
  readonly log: Logger;
}

/** Throws with code trust_lost. */
export function openTrust(options: TrustOptions): Trust {
  const { loop, onRevoked, judgeAgain, clock, log } = options;
  const trust = openDeviceTrust({ ...options, onNews: () => revocations.check() });
  const revocations = createRevocations({ trust: () => trust, loop, onRevoked, log });
  const { director, refresh, snapshotVersion } = trust;
  const news = createTrustNews({ refresh, snapshotVersion, judgeAgain, clock, log });
  const isDirectors = (message: Uint8Array, signature: Uint8Array) => isDirectorsWord(director(), message, signature);
  return { ...news, director, isDirectors, releases: createTrustedReleases(trust) };
}
