import { FLOOR_FIELD, type Outcome, refuse, releaseTargetPath, succeed } from '@wherry/protocol';
import type { ReleaseRecord } from '../../storage/port/releases.ts';
import type { Repositories } from '../../storage/port.ts';
import { newestPublisher, newestTargets } from '../trust/read-repository.ts';

/**
 * A release that devices will take: it is here, its app's role names it, and it is not below the floor.
 * Codes: release_unknown, target_unknown, below_floor.
 */
export async function findNamedRelease(
  repositories: Pick<Repositories, 'releases' | 'trustMetadata'>,
  tenant: string,
  app: string,
  version: string,
): Promise<Outcome<ReleaseRecord>> {
  const release = await repositories.releases.find(tenant, app, version);
  if (!release) return refuse('release_unknown', `there is no release ${app} ${version}; publish it first`);
  const named = (await newestPublisher(repositories, tenant, app))?.signed.targets ?? {};
  const path = releaseTargetPath(tenant, app, version);
  if (!Object.hasOwn(named, path) || `sha256:${named[path]?.hashes.sha256}` !== release.digest)
    return refuse(
      'target_unknown',
      `no signed metadata names ${app} ${version}, so no device would take it: "wherry trust vouch ${app}@${version}"`,
    );
  const targets = await newestTargets(repositories, tenant);
  const floor = targets?.signed[FLOOR_FIELD][`${tenant}/${app}`] ?? 0;
  if (release.releaseCounter < floor)
    return refuse(
      'below_floor',
      `${app} ${version} has counter ${release.releaseCounter}; its owner allows none below ${floor}`,
    );
  return succeed(release);
}
