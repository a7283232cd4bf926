import { type AuthorityStatus, type Outcome, refuse, succeed } from '@wherry/protocol';
import type { AppContext } from '../context.ts';

const DAY_MS = 86_400_000;

/** Where the authority's roll-over is, and how many devices are where. */
export async function authorityView(
  { authority, store, clock }: Pick<AppContext, 'authority' | 'store' | 'clock'>,
  heardWithinDays: number,
): Promise<Outcome<AuthorityStatus>> {
  if (!authority) return refuse('unavailable', 'no authority');
  const standing = authority.standing();
  const devices = { moved: 0, waiting: 0, silent: 0 };
  for (const { authority: of, heard, silent } of await store.certificates.holders(
    clock.nowMs() - heardWithinDays * DAY_MS,
  )) {
    if (isLeft(of, standing.phase, standing.leaves)) {
      devices.waiting += heard;
      devices.silent += silent;
    } else devices.moved += heard + silent;
  }
  return succeed({ ...standing, devices, heardWithinDays, pem: authority.bundlePem });
}

/** A certificate that names no authority is of the first one, which nobody is to leave when its roll-over was aborted. */
function isLeft(of: string | null, phase: AuthorityStatus['phase'], leaves: string | null): boolean {
  if (leaves === null) return false;
  return of === null ? phase !== 'aborted' : of === leaves;
}
