import type { IClientOptions } from 'mqtt';
import { SECRETS } from '../../src/broker/contract/subject.ts';
import { type KeyAndCertificate, makeTestAuthority, type TestAuthority } from './test-authority.ts';

/** Certificates for the devices of the contract, and one that the same authority signed for a device that nobody knows. */
export interface ContractCertificates {
  readonly authority: TestAuthority;
  readonly devices: ReadonlyMap<string, KeyAndCertificate & { readonly serial: string }>;
}

export async function makeContractAuthority(): Promise<ContractCertificates> {
  const authority = await makeTestAuthority();
  const names = Object.keys(SECRETS);
  const made = await Promise.all(names.map(async (name) => [name, await authority.device(name)] as const));
  return { authority, devices: new Map(made) };
}

/** A name that is not in the list shows nothing. */
export function certificateOf({ authority, devices }: ContractCertificates, identity: string): IClientOptions {
  const own = devices.get(identity);
  return { ca: authority.caPem, ...(own ? { key: own.keyPem, cert: own.certPem } : {}) };
}
