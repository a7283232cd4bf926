import { type DeviceId, NAME_PATTERN, type TenantId } from '@wherry/protocol';

/** Who is on a connection: client id and user name are the same text, `tenant/device`. */
export interface Identity {
  readonly tenant: TenantId;
  readonly device: DeviceId;
  readonly name: string;
}

/** Null when the text is not `tenant/device`. */
export function parseIdentity(name: string | undefined): Identity | null {
  if (name === undefined) return null;
  const [tenant, device, ...rest] = name.split('/');
  if (!tenant || !device || rest.length > 0 || !NAME_PATTERN.test(tenant) || !NAME_PATTERN.test(device)) return null;
  return { tenant: tenant as TenantId, device: device as DeviceId, name };
}
