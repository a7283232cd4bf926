import type { PublisherDocument } from '@wherry/protocol';
import type { Look } from '../words/tones.ts';

export type ReleaseStanding = 'named' | 'revoked' | 'below_floor';

interface Published {
  readonly digest: string;
  readonly releaseCounter: number;
}

/** What the signed side says of a release that was published. Null: the app's publishers have signed nothing. */
export function releaseStanding(
  { digest, releaseCounter }: Published,
  publisher: PublisherDocument | null,
  floor: number,
): ReleaseStanding {
  const named = Object.values(publisher?.signed.targets ?? {});
  if (!named.some(({ hashes }) => digest === `sha256:${hashes.sha256}`)) return 'revoked';
  return releaseCounter < floor ? 'below_floor' : 'named';
}

export const STANDING_LOOKS: Readonly<Record<ReleaseStanding, Look>> = {
  named: { label: 'may run', tone: 'good', shape: 'check', hint: 'Its publishers name it.' },
  revoked: {
    label: 'revoked',
    tone: 'bad',
    shape: 'ban',
    hint: 'Its publishers do not name it: no device starts it any more.',
  },
  below_floor: {
    label: 'below the floor',
    tone: 'watch',
    shape: 'ban',
    hint: 'The owner asks for newer ones: no device installs it any more.',
  },
};
