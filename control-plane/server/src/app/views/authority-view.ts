import { type AuthorityStatus, type Outcome, succeed } from '@wherry/protocol';
import type { AppContext } from '../context.ts';
import { authorityOf } from '../identity/authority-of.ts';

const DAY_MS = 86_400_000;

/** Where the authority's roll-over is, and how many devices are where. Code: not_found. */
export async function authorityView(
  context: Pick<AppContext, 'authority' | 'broker' | 'store' | 'clock'>,
  heardWithinDays: number,
): Promise<Outcome<AuthorityStatus>> {
  const found = authorityOf(context);
  if (!found.ok) return found;
  const { broker, store, clock } = context;
  const standing = found.value.standing();
  const devices = { moved: 0, waiting: 0, silent: 0 };
  for (const { authority: of, heard, silent } of await store.certificates.holders(
    clock.nowMs() - heardWithinDays * DAY_MS,
  )) {
    if (isLeft(of, standing.phase, standing.leaves)) {
      devices.waiting += heard;
      devices.silent += silent;
    } else devices.moved += heard + silent;
  }
  const isBrokerExternal = broker.hasOwnCertificate ?? false;
  return succeed({ ...standing, devices, heardWithinDays, isBrokerExternal, pem: found.value.bundlePem });
}

/** A certificate that names no authority is of the first one, which nobody is to leave when its roll-over was aborted. */
function isLeft(of: string | null, phase: AuthorityStatus['phase'], leaves: string | null): boolean {
  if (leaves === null) return false;
  return of === null ? phase !== 'aborted' : of === leaves;
}
