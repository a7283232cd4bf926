import { type Outcome, PATHS, refuse, succeed } from '@wherry/protocol';
import { BUNDLE_BYTES, follow, has, type OfferedAuthority, pemOf, readBundle, rootsOf } from '../claim/authorities.ts';
import { createHttpClient } from '../link/http-client.ts';
import { readBounded } from '../link/read-bounded.ts';
import { type TlsIdentity, writeAuthority } from '../store/tls-files.ts';
import type { RenewOptions } from './renew-certificate.ts';

const TIMEOUT_MS = 30_000;

/**
 * One look at which authorities the control plane has now. An authority comes in by a link of one that is believed, whoever hands it over; one
 * goes only on the word of a control plane that was verified, and after it was reached without that one: a device never ends up
 * with authorities under which it finds nobody.
 *
 * `isVerified: false` asks whoever answers, for when nobody can be verified: the control plane has switched while this device was away.
 * Codes: unavailable, wrong_authority.
 */
export async function learnAuthorities(
  options: RenewOptions,
  current: TlsIdentity,
  isVerified: boolean,
): Promise<Outcome<TlsIdentity>> {
  const believed = readBundle(current.ca);
  const bundle = await fetchBundle(options, isVerified ? null : { rejectUnauthorized: false });
  if (!bundle.ok) return bundle;
  const offered = readBundle(bundle.value);
  const known = follow(believed, offered);
  const roots = rootsOf(offered);
  const there = known.filter((one) => has(roots, one));
  const next = isVerified ? there : known;
  if (there.length === 0)
    return refuse('wrong_authority', 'the control plane has another authority, for which none that is known vouches');
  const ca = pemOf(next);
  if (isSame(next, believed)) return succeed(current);
  const isLess = believed.some((one) => !has(next, one));
  if (isLess) {
    const reached = await fetchBundle(options, { ca });
    if (!reached.ok) return reached;
  }
  writeAuthority(options.folder, ca, options.effects);
  return succeed({ ...current, ca });
}

function isSame(one: readonly OfferedAuthority[], other: readonly OfferedAuthority[]): boolean {
  return one.length === other.length && one.every((authority) => has(other, authority));
}

/** `tls`: over a connection of its own. */
async function fetchBundle(
  { serverUrl, client, effects, signal }: RenewOptions,
  tls: { readonly ca?: string; readonly rejectUnauthorized?: boolean } | null,
): Promise<Outcome<string>> {
  const own = tls === null ? null : createHttpClient({ tls: () => tls });
  const late = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const answer = await effects.run('http.get', () =>
      (own ?? client).request(serverUrl.replace(/\/+$/, '') + PATHS.authority, {
        signal: signal === undefined ? late : AbortSignal.any([signal, late]),
      }),
    );
    const text = answer.status === 200 ? await readBounded(answer, BUNDLE_BYTES) : null;
    answer.discard();
    return text === null ? refuse('unavailable', `the control plane answered ${answer.status}`) : succeed(text);
  } catch (error) {
    return refuse('unavailable', error instanceof Error ? error.message : String(error));
  } finally {
    own?.close();
  }
}
