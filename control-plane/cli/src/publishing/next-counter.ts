import { type AppName, type Client, firstItems, listReleases, type ReleaseView } from '@wherry/protocol';

const RELEASES_MAX = 10_000;

/** What the control plane knows of an app: all its releases, and the number that the next one gets. */
export async function knownReleases(
  client: Client,
  app: AppName,
): Promise<{ releases: ReleaseView[]; nextCounter: number }> {
  const { items } = await firstItems(RELEASES_MAX, (page) => client.call(listReleases, { query: { ...page, app } }));
  return { releases: items, nextCounter: 1 + Math.max(0, ...items.map((release) => release.releaseCounter)) };
}
