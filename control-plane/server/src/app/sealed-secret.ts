import { type Outcome, refuse, type SealedSecret, succeed } from '@wherry/protocol';
import type { AppContext } from './context.ts';

/** What is sealed to a device, for that device. Code: not_found, also for what is sealed to another. */
export async function sealedSecretOf(
  { store }: AppContext,
  tenant: string,
  device: string,
  digest: string,
): Promise<Outcome<SealedSecret>> {
  const sealed = await store.secrets.sealed(tenant, device, digest);
  return sealed ? succeed(sealed) : refuse('not_found', `nothing under ${digest} is sealed to ${device}`);
}
