import type { ReleaseView } from '@wherry/protocol';
import type { ReleaseRecord } from '../../storage/port/releases.ts';
import type { Repositories } from '../../storage/port.ts';

export async function releaseViews(
  repositories: Repositories,
  tenant: string,
  records: readonly ReleaseRecord[],
): Promise<ReleaseView[]> {
  const running = await repositories.workloads.runningOn(
    tenant,
    records.map(({ digest }) => digest),
  );
  return records.map(({ app, version, digest, releaseCounter, publishedAtMs, signedBy, payload }) => ({
    app,
    version,
    digest,
    releaseCounter,
    publishedAtMs,
    signedBy,
    payload,
    runningOn: running.get(digest) ?? 0,
  }));
}
