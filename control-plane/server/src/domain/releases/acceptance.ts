import { type Outcome, type Release, refuse, succeed } from '@wherry/protocol';

interface Published {
  readonly version: string;
  readonly releaseCounter: number;
}

/**
 * Whether a release may follow what is published of its app. The counter decides, as on devices; a version names one release for
 * ever. Codes: already_exists, version_not_higher.
 */
export function checkFollows(release: Release, sameVersion: Published | null, newest: Published | null): Outcome<void> {
  if (sameVersion)
    return refuse(
      'already_exists',
      `${release.app} ${release.version} is published with other content; give the changed release a new version`,
    );
  if (newest && release.releaseCounter <= newest.releaseCounter)
    return refuse(
      'version_not_higher',
      `releaseCounter ${release.releaseCounter} must be above ${newest.releaseCounter}, which ${release.app} ${newest.version} has`,
    );
  return succeed(undefined);
}
