import {
  type PublisherDocument,
  publisherDocument,
  publisherRole,
  type RootDocument,
  rootDocument,
  type ServerKeys,
  type TargetsDocument,
  type TrustState,
  targetsDocument,
} from '@wherry/protocol';
import type { Repositories } from '../../storage/port.ts';
import type { AppContext } from '../context.ts';

type Read = Pick<Repositories, 'trustMetadata'>;

/** What was signed for a tenant, as it was taken in. */
export async function newestRoot({ trustMetadata }: Read, tenant: string): Promise<RootDocument | null> {
  const file = await trustMetadata.newest(tenant, 'root');
  return file && rootDocument.parse(JSON.parse(file.content));
}

export async function newestTargets({ trustMetadata }: Read, tenant: string): Promise<TargetsDocument | null> {
  const file = await trustMetadata.newest(tenant, 'targets');
  return file && targetsDocument.parse(JSON.parse(file.content));
}

export async function newestPublisher(
  { trustMetadata }: Read,
  tenant: string,
  app: string,
): Promise<PublisherDocument | null> {
  const file = await trustMetadata.newest(tenant, publisherRole(tenant, app));
  return file && publisherDocument.parse(JSON.parse(file.content));
}

export function serverKeys({ online, director }: Pick<AppContext, 'online' | 'director'>): ServerKeys {
  return { ...online.publicKeys, director: Buffer.from(director.publicKey, 'base64').subarray(-32).toString('hex') };
}

export async function trustStateOf(context: AppContext, from: Read, tenant: string): Promise<TrustState> {
  const files = await from.trustMetadata.all(tenant);
  return {
    keys: serverKeys(context),
    root: await newestRoot(from, tenant),
    targets: await newestTargets(from, tenant),
    roles: files.map(({ role, version, expiresAtMs }) => ({ role, version, expiresAtMs })),
  };
}
