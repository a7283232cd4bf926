import type { DenyListSource } from '../broker/mosquitto/deny-list.ts';
import type { OpenAuthority } from './open-authority.ts';
import { makeRevocationList } from './revocation-list.ts';

/** What a broker that looks certificates up in files is told of this authority; signed anew only when it says something else. */
export function denyListSource(
  authority: Pick<OpenAuthority, 'acceptedKeys' | 'acceptedPem'>,
  nowMs: () => number,
): DenyListSource {
  return {
    tag: (refused) =>
      JSON.stringify([
        authority.acceptedKeys.map(({ fingerprint }) => fingerprint),
        refused.map(({ serial }) => serial).toSorted(),
      ]),
    make: async (refused) => ({
      clients: authority.acceptedPem,
      revoked: await makeRevocationList(authority, refused, nowMs()),
    }),
  };
}
