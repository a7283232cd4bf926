import {
  type AppName,
  type Client,
  getTrust,
  getTrustPublisher,
  nullIfMissing,
  type PublisherDocument,
  publisherRole,
  publishRelease,
  type Release,
  type ReleaseView,
  updateTrust,
} from '@wherry/protocol';
import { signPublication } from './publisher.ts';
import { beginOver, delegateTo } from './repository-owner.ts';

export { signAs } from './repository-owner.ts';

/** An owner who is also the publisher of every app, over the API of a running control plane: what people do with `wherry trust`. */
export interface RemoteOwner {
  readonly keys: ReturnType<typeof beginOver>['keys'];
  /** The first root, for devices that are set up. */
  readonly root: string;
  /** A release, right or wrong; its app is delegated first. */
  publish(release: object): Promise<ReleaseView>;
}

/** Begins the repository of the client's tenant. */
export async function beginRemoteOwner(client: Client, tenant = 'default'): Promise<RemoteOwner> {
  const { keys: server } = await client.call(getTrust, {});
  const { keys, documents } = beginOver(server, Date.now(), tenant, []);
  await client.call(updateTrust, { body: documents });
  let turn: Promise<unknown> = Promise.resolve();

  async function delegate(app: string): Promise<void> {
    const { targets } = await client.call(getTrust, {});
    if (!targets) throw new Error('the repository has gone');
    if (targets.signed.delegations.roles.some(({ name }) => name === publisherRole(tenant, app))) return;
    await client.call(updateTrust, { body: { targets: delegateTo(targets.signed, app, tenant, keys, Date.now()) } });
  }

  async function current(app: string): Promise<PublisherDocument | null> {
    return await nullIfMissing(client.call(getTrustPublisher, { params: { app: app as AppName } }));
  }

  async function publish(release: object): Promise<ReleaseView> {
    const { app } = release as Release;
    await delegate(app);
    const by = { key: keys.publisher, tenant, nowMs: Date.now(), current: await current(app) };
    return await client.call(publishRelease, { body: signPublication(release, by) });
  }

  return {
    keys,
    root: JSON.stringify(documents.root),
    /** One after the other: each signs over what is there. */
    publish(release) {
      const published = turn.then(() => publish(release));
      turn = published.catch(() => undefined);
      return published;
    },
  };
}
